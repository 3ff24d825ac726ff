# SPDX-License-Identifier: Apache-2.0
"""Business rules, checked on every case of a log."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from taktloom.app.analyses.performance import TimesParameters, calendar_of
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    OutputTable,
    document,
    parameter,
    refusal,
)

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.mining.rules import RuleReport, RuleResult, RuleSet

LISTED = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesParameters(TimesParameters):
    """The rules, when a case has ended, and the calendar of working time."""

    rules: str = document("File of rules (JSON).", default="")
    rule: tuple[str, ...] = parameter(
        "A rule on one line, such as 'response: A -> B within 2 working days'; repeatable.", default=()
    )


def _rules(source: AnalysisInput, parameters: RulesParameters) -> AnalysisOutput:
    from taktloom.mining.rules import check_rules, rule_to_text

    chosen = _rule_set(parameters)
    ending = tuple(name.strip() for name in parameters.ending.split("|") if name.strip()) or None
    found = check_rules(
        source.log,
        chosen,
        ending=ending,
        report=lambda done, total: source.report("checking", done, total),
    )
    verdicts = OutputTable(
        title="Rules",
        columns=("rule", "kept", "broken", "undecided", "outside", "activated", "share kept"),
        rows=tuple(
            (rule_to_text(each.rule), each.kept, each.broken, each.undecided, each.outside, each.activated, each.share)
            for each in found.results
        ),
    )
    violations = OutputTable(
        title="Violations",
        columns=("rule", "case", "activity", "at", "resource", "due"),
        rows=tuple(
            (rule_to_text(each.rule), one.case_id, one.activity, one.occurred_at, one.resource, one.due_at)
            for each in found.results
            for one in each.violations[: max(1, LISTED // len(found.results))]
        ),
    )
    cases = OutputTable(
        title="Cases", columns=("cases", "open", "broken"), rows=((found.cases, found.open_cases, found.broken_cases),)
    )
    return AnalysisOutput(
        data=_data(found),
        tables=(verdicts, cases, violations),
        notes=_notes(source.log, chosen),
        files={"verdicts.csv": lambda: _verdicts_csv(source.log, found), "rules.json": lambda: _rules_json(chosen)},
    )


def _rule_set(parameters: RulesParameters) -> "RuleSet":
    from taktloom.mining.rules import RuleSet, rule_from_text, rules_from_json

    calendar = calendar_of(parameters) if parameters.open_hours or parameters.holidays else None
    listed = tuple(rule_from_text(text) for text in parameters.rule)
    if not parameters.rules:
        if not listed:
            raise refusal("rule", "No rule is given.", "a file of rules, or rules on one line each")
        return RuleSet(rules=listed, calendar=calendar)
    try:
        record = json.loads(parameters.rules)
    except (ValueError, RecursionError) as error:
        raise refusal("rules", "The rules are not JSON.", str(error)[:200]) from None
    if not isinstance(record, dict):
        raise refusal("rules", "The rules are not JSON.", "an object with the field rules")
    chosen = rules_from_json(record, calendar=calendar)
    return RuleSet(rules=(*chosen.rules, *listed), calendar=chosen.calendar)


def _data(found: "RuleReport") -> dict[str, object]:
    return {
        "cases": found.cases,
        "open_cases": found.open_cases,
        "broken_cases": found.broken_cases,
        "rules": [_result(each) for each in found.results],
    }


def _result(each: "RuleResult") -> dict[str, object]:
    from taktloom.mining.rules import rule_to_text, rules_to_json

    return {
        "text": rule_to_text(each.rule),
        "rule": rules_to_json((each.rule,))["rules"],
        "kept": each.kept,
        "broken": each.broken,
        "undecided": each.undecided,
        "outside": each.outside,
        "activated": each.activated,
        "share": each.share,
        "violations": each.violations,
    }


def _notes(log: "CanonicalLog", chosen: "RuleSet") -> tuple[str, ...]:
    known = set(log.activities)
    unknown = sorted({name for rule in chosen.rules for name in (*rule.first, *rule.second)} - known)
    absent = (f"Activities that this log does not have: {', '.join(unknown[:20])}.",) if unknown else ()
    return ("Every case is checked; open cases are undecided where what comes next could change the verdict.", *absent)


def _verdicts_csv(log: "CanonicalLog", found: "RuleReport") -> bytes:
    """One row per case, one column per rule."""
    from taktloom.mining.logs.export import table_csv
    from taktloom.mining.rules import rule_to_text
    from taktloom.mining.rules.checking import VERDICTS

    names = [verdict.value for verdict in VERDICTS]
    columns = [each.verdicts.tolist() for each in found.results]

    def rows() -> Iterator[tuple[object, ...]]:
        for index, code in enumerate(found.case_codes.tolist()):
            yield (log.cases[code], *(names[column[index]] for column in columns))

    return table_csv(("case", *(rule_to_text(each.rule) for each in found.results)), rows())


def _rules_json(chosen: "RuleSet") -> bytes:
    from taktloom.mining.rules import rules_to_json

    return json.dumps(rules_to_json(chosen.rules), ensure_ascii=False, indent=2).encode()


ANALYSES: tuple[Analysis[Any], ...] = (
    Analysis(
        name="rules",
        summary="Check business rules on every case: kept, broken and where, or not yet decidable.",
        example="receipt.csv --timezone Europe/Amsterdam --rule 'at_most 1: Confirmation of receipt'",
        parameters=RulesParameters,
        run=_rules,
    ),
)
