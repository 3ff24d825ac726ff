# SPDX-License-Identifier: Apache-2.0
"""Whatever a person can be told has a text in both languages.

The source is read, not run. Codes and rules must stand in the catalogues of the pages in English and Chinese. Sentences
of errors, findings and incidents are English in the source; each needs a Chinese counterpart in the catalogue of server
sentences, where `{}` in the source stands for any name in braces there. A sentence begins with a capital, a brace or a
quote and ends like one; the phrases that are put into sentences are found by the calls that take them.
"""

import ast
import functools
import itertools
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from error_reference import SOURCE, error_classes
from setup_environment import PROJECT_ROOT
from taktloom.formats.bpmn.file_rules import FILE_RULES
from taktloom.hosts.embedded.advancing.message_targets import UNDELIVERED
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.rules import RULES
from taktloom.kernel.soundness import SOUNDNESS_RULES
from taktloom.mining.decisions.discovering import Verdict
from taktloom.mining.logs import csv_reader, rows
from taktloom.mining.objects import records
from taktloom.mining.quality import card
from taktloom.programme.policy import PotentialClass

SHARED = PROJECT_ROOT / "ui" / "src" / "shared"
FEATURES = PROJECT_ROOT / "ui" / "src" / "features"
LANGUAGES = ("en", "zh-CN")
NOTHING: Mapping[str, Sequence[str]] = {"en": [], "zh-CN": []}

# The command line speaks English; what only it, the start of the server, a job worker or a model in code says needs no
# counterpart; nor what only clients of another convention are told.
ENGLISH_ONLY = (
    "cli/",
    "client/",
    "connect/",
    "app/assurance/",
    "app/backup.py",
    "app/demo/",
    "app/doctor.py",
    "app/folder_lock.py",
    "app/metrics.py",
    "app/settings.py",
    "app/worker_runner.py",
    "feel/printer.py",
    "formats/bpmn/builder/",
    "web/engine_rest/",
    "web/server.py",
)
SQL = re.compile(r"PRAGMA |SELECT |SET \w+ = \?")
CLAUSE = re.compile(r"(BPMN 2\.0\.2|DMN 1\.5), |W\. M\. P\. ")  # of a rule: for the reference, said to nobody
SENTENCE = re.compile(r"[A-Z'`{\"](?=.* [a-z]).*[.}:?]", re.DOTALL)
# Calls that take a phrase of ours to stand inside a sentence, with its position; and its name where it is named.
PHRASE_CALLS = {
    "TimeTextError": 0,
    "unexpected": 0,
    "LogTooLargeError": 0,
    "FilterTooLargeError": 0,
    "FeelSyntaxError": 0,
    "FeelBudgetError": 0,
    "_Untranslatable": 0,
    "_over": 0,
    "over_limit": 0,
    "typed": 2,
    "expression": 2,
    "optional_expression": 2,
    "text": 2,
    "optional_text": 2,
    "_find": 2,
    "_undecided": 0,
}
PHRASE_NAME = "expected"


def test_every_error_code_has_a_title_in_both_languages() -> None:
    codes = {error.code for error in error_classes(SOURCE)}

    missing = {language: sorted(codes - _catalogue("problems", language).keys()) for language in LANGUAGES}
    unknown = {
        language: sorted(code for code in _catalogue("problems", language).keys() - codes if code.startswith("TL-"))
        for language in LANGUAGES
    }

    assert (missing, unknown) == (NOTHING, NOTHING)


def test_every_rule_of_a_finding_has_a_title_in_both_languages() -> None:
    rules = set(_rules())

    missing = {language: sorted(rules - _catalogue("findings", language).keys()) for language in LANGUAGES}
    unknown = {language: sorted(_catalogue("findings", language).keys() - rules) for language in LANGUAGES}

    assert (missing, unknown) == (NOTHING, NOTHING)


def test_every_sentence_of_the_server_has_a_chinese_counterpart() -> None:
    known = {_shape(english) for english in _sentences()}

    missing = [f"{place}: {text}" for place, text in _spoken() if _shape(text) not in known]

    assert missing == []


def test_every_phrase_inside_a_sentence_has_a_chinese_counterpart() -> None:
    known = {_shape(english) for english in _sentences()}

    missing = [f"{place}: {text}" for place, text in _phrases() if _shape(text) not in known]

    assert missing == []


def test_every_kind_of_incident_and_every_note_of_a_draft_has_a_text_in_both_languages() -> None:
    reasons, notes = set(_codes_of("ClassReason")), set(_codes_of("ElementNote"))
    notes = {note for note in notes if "{}" not in note}
    notes |= {each.value for each in PotentialClass} | {f"choice-{each.value}" for each in Verdict}

    for language in LANGUAGES:
        texts, mining = _feature("processes", language), _feature("mining", language)
        assert {*(each.value for each in IncidentKind), UNDELIVERED} == set(texts["incident"]["kind"])
        assert notes - set(texts["note"]) == set()
        assert reasons - set(texts["why"]) == set()
        assert reasons - set(mining["reason"]) == set()
        assert {each.value for each in Verdict} - set(mining["draft"]["verdict"]) == set()
    assert len(reasons) >= 10
    assert len(notes) >= 10


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ('x = f"No file {name!r} is there."', ["No file {} is there."]),
        ('x = f"It is {name} here." if name else "It is here."', ["It is here.", "It is {} here."]),
        ('"""Nobody is told this."""', []),
        ('x = "PRAGMA no = 1."', []),
    ],
)
def test_a_sentence_is_found_however_it_is_put_together(tmp_path: Path, code: str, expected: Sequence[str]) -> None:
    (tmp_path / "room.py").write_text(code)

    assert sorted(text for _, text in _spoken(tmp_path)) == sorted(expected)


def _catalogue(name: str, language: str) -> Mapping[str, Mapping[str, str]]:
    found: Mapping[str, Mapping[str, str]] = json.loads(
        (SHARED / "locales" / f"{name}.{language}.json").read_text(encoding="utf-8")
    )
    return found


def _feature(name: str, language: str) -> Mapping[str, Mapping[str, Mapping[str, str]]]:
    found: Mapping[str, Mapping[str, Mapping[str, str]]] = json.loads(
        (FEATURES / name / "locales" / f"{language}.json").read_text(encoding="utf-8")
    )
    return found


def _sentences() -> Mapping[str, str]:
    found: Mapping[str, str] = json.loads((SHARED / "i18n" / "serverSentences.zh-CN.json").read_text(encoding="utf-8"))
    return found


def _shape(text: str) -> str:
    return re.sub(r"{\w*}", "{}", text)


def _rules() -> Iterator[str]:
    """The rules of findings: constants given as `rule`, or first to the functions that make one."""
    yield from rows.REASONS
    yield from csv_reader.TEXTS
    yield from records.FINDINGS
    yield from (check.rule for check in card.CHECKS)
    yield from (rule.name for rule in (*FILE_RULES, *SOUNDNESS_RULES, *(each.rule for each in RULES)))
    for _, call in _calls():
        given = [keyword.value for keyword in call.keywords if keyword.arg == "rule"]
        name = _called(call)
        if name in {"problem", "warning", "report", "_unknown", "_finding", "_error", "_warn"} and call.args:
            given.append(call.args[0])
        if name in {"_refused", "_about", "_note", "_add"} and len(call.args) > 1:
            given.append(call.args[1])
        for text in itertools.chain.from_iterable(map(_texts, given)):
            yield from _spelled(f"unknown-{text}" if name == "_unknown" else text)


def _spelled(rule: str) -> Iterator[str]:
    """`flow-{}-unknown` stands for both ends; anything that is no rule is left out."""
    for filled in [rule.replace("{}", end) for end in ("source", "target")] if rule == "flow-{}-unknown" else [rule]:
        if re.fullmatch(r"[a-z]+(-[a-z0-9]+)+", filled):
            yield filled


def _codes_of(record: str) -> Iterator[str]:
    for call in (call for _, call in _calls() if _called(call) == record):
        yield from itertools.chain.from_iterable(_texts(one.value) for one in call.keywords if one.arg == "code")


def _phrases() -> Iterator[tuple[str, str]]:
    for path, call in _calls():
        position = PHRASE_CALLS.get(_called(call), len(call.args))
        given = [*call.args[position : position + 1], *(one.value for one in call.keywords if one.arg == PHRASE_NAME)]
        for text in itertools.chain.from_iterable(map(_texts, given)):
            if re.search(r"\w", text.replace("{}", "")):
                yield f"{path}:{call.lineno}", text


def _spoken(source: Path = SOURCE) -> Iterator[tuple[str, str]]:
    for path, tree in _trees(source):
        if path.startswith(ENGLISH_ONLY):
            continue
        for node, text in _outermost_texts(tree):
            if SENTENCE.fullmatch(text) and not SQL.match(text) and not CLAUSE.match(text):
                yield f"{path}:{node.lineno}", text


def _outermost_texts(tree: ast.AST) -> Iterator[tuple[ast.expr, str]]:
    """Each text with its node; not the parts of a text, nor docstrings."""
    nodes = list(ast.walk(tree))
    inner: set[int] = {
        id(node.value) for node in nodes if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in nodes:
        if not isinstance(node, ast.expr) or id(node) in inner or isinstance(node, ast.IfExp):
            continue
        found = list(_texts(node))
        if found:
            inner.update(id(part) for part in ast.walk(node))
            yield from ((node, text) for text in found)


def _texts(node: ast.expr) -> Iterable[str]:
    """All texts that an expression of constants, f-strings, sums and choices can give, values as `{}`."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.JoinedStr(values=values):
            return ["".join(parts) for parts in itertools.product(*map(_parts, values))]
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return [first + second for first in _texts(left) for second in _texts(right)]
        case ast.IfExp(body=body, orelse=otherwise):
            return [*_texts(body), *_texts(otherwise)]
        case _:
            return []


def _parts(node: ast.expr) -> Iterable[str]:
    return [str(node.value)] if isinstance(node, ast.Constant) else ["{}"]


def _called(call: ast.Call) -> str:
    function = call.func
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


@functools.cache
def _calls() -> Sequence[tuple[str, ast.Call]]:
    return [(path, node) for path, tree in _trees(SOURCE) for node in ast.walk(tree) if isinstance(node, ast.Call)]


@functools.cache
def _trees(source: Path) -> Sequence[tuple[str, ast.Module]]:
    return [
        (path.relative_to(source).as_posix(), ast.parse(path.read_text(encoding="utf-8")))
        for path in sorted(source.rglob("*.py"))
    ]
