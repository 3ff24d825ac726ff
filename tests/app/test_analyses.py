# SPDX-License-Identifier: Apache-2.0
"""The table of analyses: every row has a command and a route; parameters are read strictly; results are kept."""

import json
import re
import shutil
import sys
from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

import pytest
from lxml import etree

from taktloom.app import deployments, logs
from taktloom.app.analyses import files, running
from taktloom.app.analyses.cells import heading
from taktloom.app.analyses.discovery import DiscoverParameters, MinerName
from taktloom.app.analyses.pictures import MissingPicturesError
from taktloom.app.analyses.records import AnalysisOutput, AnalysisParameterError, read_parameters
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.review import Filter
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.formats.bpmn import write_bpmn
from taktloom.formats.bpmn.builder import process
from taktloom.mining.decisions import Verdict
from taktloom.mining.explanation.cohorts import DifferenceKind
from taktloom.mining.explanation.comparing import LogComparison
from taktloom.mining.explanation.factors import FactorKind
from taktloom.mining.organisation.calendars import CalendarLevel
from taktloom.mining.performance.waiting import WaitingCause
from taktloom.mining.statistics.resources import Actor
from taktloom.model.conformance import DeviationKind
from taktloom.model.errors import ConflictError, NotFoundError
from taktloom.model.process import Definitions
from tests.app.models import imported_file

CATALOGUE = Path(__file__).parents[2] / "ui" / "src" / "shared" / "i18n" / "serverSentences.zh-CN.json"

LOG = "case,activity,time\n" + "".join(
    f"{case},{activity},2026-01-{day:02d}T0{hour}:00:00Z\n"
    for case, day in ((f"c{number}", number + 1) for number in range(20))
    for hour, activity in enumerate("abcd" if day % 2 else "acbd")
)


@pytest.fixture(scope="module")
def kept_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the imported log; each test that asks for its id gets a copy."""
    return imported_file(tmp_path_factory.mktemp("imported"), LOG, name="log")


@pytest.fixture
def context(tmp_path: Path) -> Iterator[Context]:
    rooms = Rooms(Settings(data=tmp_path / "data"))
    yield Context(principal=LOCAL_OPERATOR, rooms=rooms)
    rooms.close()


@pytest.fixture
def log_id(context: Context, kept_log: Path) -> str:
    shutil.copytree(kept_log, context.rooms.logs.catalogue.folder / kept_log.name)
    return kept_log.name


def ran(context: Context, log_id: str, name: str, parameters: dict[str, object]) -> AnalysisOutput:
    request = running.AnalysisRequest(log_id=log_id, name=name, parameters=parameters)
    return running.analyse(context, request=request)


def test_the_best_model_of_a_log_is_told_with_what_was_tried(context: Context, log_id: str) -> None:
    output = ran(context, log_id, "discover", {})

    data = output.data
    assert data.quality.fitness == data.quality.precision == 1  # type: ignore[attr-defined]
    assert len(data.tried) > 5  # type: ignore[attr-defined]
    assert b"parallelGateway" in files.file_of(output, "x.bpmn")[1]
    assert files.file_of(output, "x.pnml")[0] == "model.pnml"
    assert files.file_of(output, "a.csv")[1].startswith("\ufeffminer,fitness".encode())


def test_a_result_is_computed_once_for_the_same_parameters(context: Context, log_id: str) -> None:
    first = ran(context, log_id, "discover", {"miner": "split"})

    assert ran(context, log_id, "discover", {"miner": "split"}) is first
    request = running.AnalysisRequest(log_id=log_id, name="discover", parameters={"miner": "split"})
    assert running.start_analysis(context, request=request) is first


def test_every_miner_is_compared(context: Context, log_id: str) -> None:
    output = ran(context, log_id, "miners", {})

    assert [row[0] for row in output.tables[0].rows][:2] == ["inductive (noise 0.2)", "inductive-graph (noise 0.2)"]


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"speed": 1}, "no parameter 'speed'"),
        ({"noise": "much"}, "'noise' is not understood"),
        ({"noise": 1.5}, "'noise' is out of its range"),
        ({"miner": "fuzzy"}, "'miner' is not understood"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_with_what_is_allowed(given: dict[str, object], message: str) -> None:
    with pytest.raises(AnalysisParameterError, match=message):
        read_parameters(ANALYSES["discover"], given)


def test_parameters_come_in_their_types() -> None:
    assert read_parameters(ANALYSES["discover"], {"miner": "alpha"}) == DiscoverParameters(miner=MinerName.ALPHA)


def test_an_unknown_analysis_or_file_is_not_found(context: Context, log_id: str) -> None:
    with pytest.raises(NotFoundError, match="no analysis 'x'"):
        ran(context, log_id, "x", {})
    output = ran(context, log_id, "miners", {})
    with pytest.raises(NotFoundError, match=r"table\.csv"):
        files.file_of(output, "x.bpmn")


def test_conformance_is_told_by_alignments_constraints_skeletons_and_times(context: Context, log_id: str) -> None:
    aligned = ran(context, log_id, "align", {"miner": "split"})
    declared = ran(context, log_id, "declare", {"support": 0.9})
    skeleton = ran(context, log_id, "skeleton", {})
    profile = ran(context, log_id, "temporal-profile", {})

    assert aligned.data.fitness == 1  # type: ignore[attr-defined]
    assert "init(a)" in [row[0] for row in declared.tables[0].rows]
    assert ("always after", "a", "d") in skeleton.tables[0].rows
    assert ("a", "d", 20, 10800.0, 0.0) in profile.tables[0].rows


def test_cohorts_of_an_unknown_attribute_and_an_instant_without_a_zone_are_refused(
    context: Context, log_id: str
) -> None:
    with pytest.raises(AnalysisParameterError, match="split_at"):
        ran(context, log_id, "compare", {"split_at": "2026-01-10T00:00:00"})
    with pytest.raises(AnalysisParameterError, match="attribute"):
        ran(context, log_id, "cohorts", {"attribute": "case.none", "value": "x"})


def weeks(begin: str, path: str, cases: int = 30) -> str:
    """A log of one case each day from *begin* on."""
    start = datetime.fromisoformat(begin)
    return "case,activity,time\n" + "".join(
        f"{begin}-{number},{activity},{(start + timedelta(days=number, hours=hour)).isoformat()}Z\n"
        for number in range(cases)
        for hour, activity in enumerate(path)
    )


def imported(context: Context, folder: Path, name: str, path: str, begin: str = "2026-01-01") -> str:
    (folder / name).write_text(weeks(begin, path), encoding="utf-8")
    return logs.import_file(context, path=folder / name, request=logs.ImportRequest(name=name)).log_id


def test_the_other_log_is_compared_as_it_is_now_not_as_it_was(context: Context, tmp_path: Path) -> None:
    one, other = imported(context, tmp_path, "one.csv", "abd"), imported(context, tmp_path, "two.csv", "acd")
    before = ran(context, one, "compare", {"other": other})
    logs.delete_log(context, log_id=other)
    with pytest.raises(NotFoundError):
        ran(context, one, "compare", {"other": other})
    again = imported(context, tmp_path, "two.csv", "abd")

    after = ran(context, one, "compare", {"other": again})

    assert again == other
    assert isinstance(before.data, LogComparison)
    assert isinstance(after.data, LogComparison)
    assert before.data.second_only == ("c",)
    assert (after.data.second_only, after.data.shared_cases) == ((), 30)


def test_a_log_too_short_for_drift_is_refused(context: Context, log_id: str) -> None:
    with pytest.raises(ConflictError, match="TL-2180"):
        ran(context, log_id, "drift", {})


def test_a_map_and_variants_can_be_shown_privately(context: Context, log_id: str) -> None:
    noisy = ran(context, log_id, "private-map", {"epsilon": 10, "contribution": 5})
    variants = ran(context, log_id, "private-variants", {"k": 11})

    assert noisy.tables[1].rows[0][:2] == (10.0, 5)
    assert variants.tables[1].rows == ((20, 0, 20),)


def test_private_variants_of_all_cases_but_one_tell_nothing_of_that_one(context: Context, log_id: str) -> None:
    whole = ran(context, log_id, "private-variants", {"k": 5})
    cases = context.rooms.logs.open_log(log_id).case_table()["case_id"].to_list()

    part = running.analyse(
        context,
        request=running.AnalysisRequest(
            log_id=log_id,
            name="private-variants",
            parameters={"k": 5},
            chosen=Filter(
                steps=json.dumps({"steps": [{"keep": "cases", "where": {"type": "case", "cases": cases[1:]}}]})
            ),
        ),
    )

    assert whole.tables[0].rows != ()
    assert part.tables[0].rows == ()
    assert part.tables[1].rows == ((None, None, None),)


def test_business_rules_are_checked_from_lines_and_from_a_file(context: Context, log_id: str) -> None:
    rules = '{"rules": [{"kind": "precedence", "first": ["b"], "second": ["c"], "name": "=b first"}]}'

    output = ran(context, log_id, "rules", {"rules": rules, "rule": ["response: a -> d within 3 hours", "exists: x"]})

    assert [row[:4] for row in output.tables[0].rows] == [
        ("=b first", 10, 10, 0),
        ("response: a -> d within 3 hours", 20, 0, 0),
        ("exists 1: x", 0, 20, 0),
    ]
    assert output.notes[1] == "Activities that this log does not have: x."
    name, content = files.file_of(output, "verdicts.csv")
    lines = content.decode("utf-8-sig").splitlines()
    assert name == "verdicts.csv"
    assert lines[0].startswith("case,'=b first,")
    assert lines[1] == "c0,kept,kept,broken"


@pytest.mark.parametrize("given", [{}, {"rules": "["}, {"rules": "[]"}])
def test_rules_that_are_missing_or_no_json_are_refused(context: Context, log_id: str, given: dict[str, object]) -> None:
    with pytest.raises(AnalysisParameterError):
        ran(context, log_id, "rules", given)


@pytest.mark.parametrize("miner", list(MinerName))
def test_a_discovered_model_is_drawn_with_every_activity(context: Context, log_id: str, miner: MinerName) -> None:
    output = ran(context, log_id, "discover", {"miner": miner})

    drawings = [make().decode() for name, make in output.files.items() if name.endswith(".svg")]
    texts = [
        {each.text for each in etree.fromstring(one.encode()).iter("{http://www.w3.org/2000/svg}text")}
        for one in drawings
    ]
    assert len(drawings) == 1 + output.data.has_bpmn  # type: ignore[attr-defined]
    assert all({"a", "b", "c", "d"} <= each for each in texts)
    html = files.file_of(output, "page.html")[1].decode()
    assert all(one in html for one in drawings)


def test_a_drawing_becomes_a_png_of_twice_its_size(context: Context, log_id: str) -> None:
    output = ran(context, log_id, "discover", {"miner": "inductive"})
    head = etree.fromstring(files.file_of(output, "plot.svg")[1])

    name, content = files.file_of(output, "receipt.png")

    assert (name, content[:8]) == ("plot.png", b"\x89PNG\r\n\x1a\n")
    width, height = (int.from_bytes(content[at : at + 4]) for at in (16, 20))
    assert (width, height) == (2 * int(head.get("width") or 0), 2 * int(head.get("height") or 0))


@pytest.mark.parametrize("analysis", ["spectrum", "dotted"])
def test_a_drawing_over_time_becomes_a_png_too(analysis: str, context: Context, log_id: str) -> None:
    _, content = files.file_of(ran(context, log_id, analysis, {}), "receipt.png")

    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    assert int.from_bytes(content[16:20]) == 2 * 920


def test_a_png_without_the_extra_says_what_to_install(
    context: Context, log_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "resvg_py", None)

    with pytest.raises(MissingPicturesError, match=r"taktloom\[pictures\]"):
        files.file_of(ran(context, log_id, "discover", {"miner": "inductive"}), "plot.png")


def test_token_replay_on_a_given_model_tells_where_tokens_lack(context: Context, log_id: str) -> None:
    chain = process("p").start().task("a").task("b").task("c").task("d").end().build()
    model = write_bpmn(Definitions(processes=(chain,))).decode()

    summary, variants = ran(context, log_id, "token-replay", {"model": model}).tables

    assert summary.rows == (("given", pytest.approx(0.9), 1.0, 10, 20),)
    assert variants.rows == (
        (10, pytest.approx(0.8), "a > c > b > d", "1 missing before 'c'; 1 remaining"),
        (10, 1.0, "a > b > c > d", ""),
    )


def test_a_given_model_is_aligned_with_and_replayed_by_the_kernel(context: Context, log_id: str) -> None:
    discovered = ran(context, log_id, "discover", {"miner": "split"})
    bpmn, pnml = (files.file_of(discovered, f"model.{kind}")[1].decode() for kind in ("bpmn", "pnml"))

    prefixed = re.sub(r"<(/?)(\w)", r"<\1n:\2", pnml).replace("xmlns=", "xmlns:n=")
    models = (bpmn, pnml, prefixed)
    assert [ran(context, log_id, "align", {"model": each}).data.fitness for each in models] == [1, 1, 1]  # type: ignore[attr-defined]
    tokens = [ran(context, log_id, "token-replay", {"model": each}).data for each in models]
    assert [(each.fitness, each.precision, each.fitting_cases) for each in tokens] == [(1, 1, 20)] * 3  # type: ignore[attr-defined]
    replayed = ran(context, log_id, "replay", {"model": bpmn})
    assert (replayed.data.fitting_cases, replayed.data.fitness) == (20, 1.0)  # type: ignore[attr-defined]
    with pytest.raises(AnalysisParameterError):
        ran(context, log_id, "replay", {"model": bpmn, "process": "other"})
    with pytest.raises(AnalysisParameterError):
        ran(context, log_id, "replay", {"model": " "})


ASSESSED = (
    process("assessed")
    .start()
    .task("register")
    .business_rule_task("assess", decision_id="risk", result_variable="risk")
    .exclusive("high?")
    .when('risk = "high"', "high")
    .task("approve")
    .task("pay")
    .end()
    .at("high?")
    .otherwise()
    .to("pay")
    .build()
)
RISK = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="urn:test">
  <inputData id="a" name="amount"><variable name="amount" typeRef="number"/></inputData>
  <decision id="risk" name="risk"><variable name="risk" typeRef="string"/>
    <informationRequirement><requiredInput href="#a"/></informationRequirement>
    <literalExpression><text>if amount &gt; LIMIT then "high" else "low"</text></literalExpression>
  </decision></definitions>"""
AMOUNTS = "case,activity,time,amount\n" + "".join(
    f"{case},{activity},2026-01-05T0{hour}:00:00Z,{amount}\n"
    for case, amount, path in (
        ("c1", 5000, ("register", "pay")),
        ("c2", 10, ("register", "pay")),
        ("c3", 8000, ("register", "approve", "pay")),
    )
    for hour, activity in enumerate(path)
)


def test_a_replayed_model_asks_the_decision_that_is_given_else_the_newest_deployed(
    context: Context, tmp_path: Path
) -> None:
    (tmp_path / "amounts.csv").write_text(AMOUNTS, encoding="utf-8")
    log_id = logs.import_file(context, path=tmp_path / "amounts.csv", request=logs.ImportRequest()).log_id
    model = write_bpmn(Definitions(processes=(ASSESSED,))).decode()

    def fitting(**more: object) -> int:
        return ran(context, log_id, "replay", {"model": model, **more}).data.fitting_cases  # type: ignore[attr-defined,no-any-return]

    assert fitting() == 3
    deployments.deploy_files(context, files={"risk.dmn": RISK.replace("LIMIT", "1000").encode()})
    assert fitting() == 2
    deployments.deploy_files(context, files={"risk.dmn": RISK.replace("LIMIT", "5").encode()})
    assert fitting() == 1
    assert fitting(decisions=RISK.replace("LIMIT", "7000")) == 3


PEOPLE = "case,activity,resource,start_timestamp,timestamp\n" + "".join(
    f"c{number},{activity},{who},{day}T{hour:02d}:00:00Z,{day}T{hour:02d}:30:00Z\n"
    for number, day in ((number, f"2026-01-{number % 28 + 1:02d}") for number in range(40))
    for hour, activity, who in ((9, "a", "Ann"), (11, "b", "Bob" if number % 2 else "Ann"), (15, "c", "Cid"))
)


@pytest.fixture
def people_id(context: Context, tmp_path: Path) -> str:
    (tmp_path / "people.csv").write_text(PEOPLE, encoding="utf-8")
    return logs.import_file(context, path=tmp_path / "people.csv", request=logs.ImportRequest()).log_id


def test_the_organisation_of_a_log_is_told(context: Context, people_id: str) -> None:
    handed = ran(context, people_id, "handovers", {})
    roles = ran(context, people_id, "roles", {"similarity": 0.99})
    resources = ran(context, people_id, "resources", {})
    calendars = ran(context, people_id, "calendars", {})

    assert handed.tables[0].rows == ((80, 60, 0.75, 3, 0),)
    assert handed.tables[1].rows[0] == ("Ann", "Bob", 20)
    assert b"<svg" in files.file_of(handed, "plot.svg")[1]
    assert [row[5] for row in roles.tables[0].rows] == ["Ann", "Cid", "Bob"]
    assert [row[0] for row in resources.tables[0].rows] == ["Ann", "Cid", "Bob"]
    assert calendars.tables[0].rows[1][:2] == ("Cid", "resource")


def test_waiting_is_parted_and_starts_are_told_to_be_recorded(context: Context, people_id: str) -> None:
    waiting = ran(context, people_id, "waiting", {"hours": "always"})
    starts = ran(context, people_id, "starts", {})

    assert sum(row[1] for row in waiting.tables[0].rows) == pytest.approx(40 * (1.5 + 3.5))  # type: ignore[misc]
    assert b">contention<" in files.file_of(waiting, "plot.svg")[1]
    chinese = ran(context, people_id, "waiting", {"hours": "always", "language": "zh-CN"})
    drawing = files.file_of(chinese, "plot.svg")[1].decode()
    assert ">争用<" in drawing
    assert "contention" not in drawing
    assert "小时" in drawing
    assert starts.tables[0].rows[0][4:] == (40, 0, 0, 0, 0)


@pytest.mark.parametrize("name", ["handovers", "roles", "resources", "calendars", "waiting"])
def test_a_log_without_resources_or_starts_is_refused_by_what_it_lacks(
    context: Context, log_id: str, name: str
) -> None:
    with pytest.raises(AnalysisParameterError):
        ran(context, log_id, name, {})


def test_the_kinds_of_cases_are_told(context: Context, log_id: str) -> None:
    output = ran(context, log_id, "clusters", {"clusters": 2})

    assert [row[1] for row in output.tables[0].rows] == [10, 10]
    assert output.tables[0].rows[0][6] in {"a > b > c > d", "a > c > b > d"}


ON_A_SMALL_LOG: tuple[tuple[str, dict[str, object]], ...] = (
    ("times", {}),
    ("declare", {}),
    ("skeleton", {}),
    ("token-replay", {"miner": "split"}),
    ("decisions", {}),
    ("temporal-profile", {}),
    ("clusters", {}),
    ("compare", {"split_at": "2026-01-11"}),
    ("handovers", {}),
    ("roles", {}),
    ("resources", {}),
    ("calendars", {}),
    ("waiting", {"hours": "always"}),
    ("starts", {}),
    ("private-map", {}),
    ("private-variants", {}),
)


def test_titles_headings_and_words_of_tables_are_spoken_in_chinese_too(context: Context, people_id: str) -> None:
    spoken = json.loads(CATALOGUE.read_text(encoding="utf-8"))
    found: set[str] = set()
    for name, parameters in ON_A_SMALL_LOG:
        for table in ran(context, people_id, name, parameters).tables:
            found |= {table.title, *(heading(column) for column in table.columns)}
            for column in table.words:
                found |= {str(row[table.columns.index(column)]) for row in table.rows}

    assert not {text for text in found if text not in spoken}
    assert {"cycle", "contention", "resource"} <= found


@pytest.mark.parametrize(
    "kinds", [FactorKind, DifferenceKind, CalendarLevel, Actor, WaitingCause, DeviationKind, Verdict]
)
def test_kinds_that_tables_name_are_spoken_in_chinese_too(kinds: type[StrEnum]) -> None:
    spoken = json.loads(CATALOGUE.read_text(encoding="utf-8"))

    assert [each.value for each in kinds if each.replace("-", " ").replace("_", " ") not in spoken] == []


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_every_analysis_and_every_choice_of_its_parameters_has_a_name_on_the_page(
    context: Context, language: str
) -> None:
    locales = CATALOGUE.parents[2] / "features" / "mining" / "locales"
    texts = json.loads((locales / f"{language}.json").read_text(encoding="utf-8"))["analysis"]
    choices = {
        choice
        for record in running.list_analyses(context)
        for parameter in record.parameters
        for choice in parameter.choices
    }

    assert set(ANALYSES) - set(texts["name"]) == set()
    assert choices - set(texts["choice"]) == set()
    assert "estimated" in choices
