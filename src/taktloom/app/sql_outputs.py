# SPDX-License-Identifier: Apache-2.0
"""The analyses of a table on an SQL engine: the typed result, the same as a table, and what was noticed on the way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.app.analyses.records import AnalysisOutput, OutputTable
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from taktloom.mining.rules.business_rules import BusinessRule
    from taktloom.mining.sql.event_table import EventTable, TableFacts

SQL_ANALYSES = ("flows", "times", "variants", "durations", "rework", "hand-overs", "rules")


@dataclass(frozen=True, slots=True, kw_only=True)
class SqlOutput:
    """output: the typed result with its table and notes. facts: on the events that were read."""

    output: AnalysisOutput
    facts: "TableFacts"

    def plain(self) -> dict[str, object]:
        """As JSON: result, facts and notes."""
        from taktloom.mining.review import to_plain

        return {
            "result": to_plain(self.output.data),
            "facts": to_plain(self.facts),
            "notes": list(self.output.notes),
        }


def read_rules(analysis: str, texts: tuple[str, ...]) -> tuple["BusinessRule", ...]:
    """The rules from lines as `taktloom mine rules` takes them. Raises MisuseError, also for an unknown analysis."""
    if analysis not in SQL_ANALYSES:
        raise MisuseError(
            f"There is no analysis '{analysis[:100]}' on SQL engines.",
            remedy=f"Use one of: {', '.join(SQL_ANALYSES)}.",
        )
    if (analysis == "rules") != bool(texts):
        raise MisuseError("Rules go with the analysis of rules.", remedy="Give rules with it, and only there.")
    from taktloom.mining.rules.text_form import rule_from_text

    return tuple(rule_from_text(text) for text in texts)


def output_of(analysis: str, table: "EventTable", rules: tuple["BusinessRule", ...], *, has_start: bool) -> SqlOutput:
    """Count on the engine. has_start: a column of the start is named. Raises SqlLimitError, and the driver's errors."""
    heads, rows, found = _rules(table, rules) if rules else _TABLES[analysis](table)
    shown = OutputTable(title=_TITLES[analysis], columns=heads, rows=rows)
    output = AnalysisOutput(data=found, notes=_notes(table, has_start=has_start), tables=(shown,))
    return SqlOutput(output=output, facts=table.facts)


_TITLES = {
    "flows": "Flows",
    "times": "Times",
    "variants": "Variants",
    "durations": "Durations",
    "rework": "Rework",
    "hand-overs": "Hand-overs",
    "rules": "Rules",
}
_Shown = tuple[tuple[str, ...], tuple[tuple[object, ...], ...], object]


def _notes(table: "EventTable", *, has_start: bool) -> tuple[str, ...]:
    facts, notes = table.facts, []
    if facts.skipped_rows:
        notes.append(f"{facts.skipped_rows} rows without case, activity or time were left out.")
    if not facts.is_reproducible:
        notes.append(
            f"{facts.tied_rows} rows have the same case and time as another, and nothing orders them. Name a column "
            "that does with --order; of a connection, its settings do."
        )
    if not facts.is_collation_checked:
        notes.append("The engine cannot tell whether it holds different texts for equal.")
    if not has_start:
        notes.append("Durations begin with the first completion: no column of the start was named.")
    return tuple(notes)


def _flows(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import count_flows

    found = count_flows(table)
    rows = tuple((each.source, each.target, each.frequency) for each in found.flows)
    return ("source", "target", "frequency"), rows, found


def _times(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import time_flows

    found = time_flows(table)
    rows = tuple(
        (each.source, each.target, each.frequency, each.mean_s, each.shortest_s, each.longest_s) for each in found
    )
    return ("source", "target", "frequency", "mean s", "shortest s", "longest s"), rows, found


def _variants(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import list_variants

    found = list_variants(table)
    return ("cases", "activities"), tuple((each.cases, " > ".join(each.activities)) for each in found), found


def _durations(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_durations

    found = measure_durations(table)
    summary = found.summary
    row = (summary.count, summary.mean_s, summary.median_s, summary.p95_s, found.shortest_s, found.longest_s)
    return ("cases", "mean s", "median s", "95 % s", "shortest s", "longest s"), (row,), found


def _rework(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_rework

    found = measure_rework(table)
    rows = tuple(
        (each.activity, each.events, each.repeats, each.self_loops, each.cases_with_repeats, each.share)
        for each in found
    )
    return ("activity", "events", "repeats", "self loops", "cases with repeats", "share"), rows, found


def _hand_overs(table: "EventTable") -> _Shown:
    from taktloom.mining.sql.statistics import measure_hand_overs

    found = measure_hand_overs(table)
    return ("giver", "taker", "count"), tuple((each.giver, each.taker, each.count) for each in found.pairs), found


def _rules(table: "EventTable", rules: tuple["BusinessRule", ...]) -> _Shown:
    from taktloom.mining.sql.rules import count_rule

    found = tuple(count_rule(table, rule) for rule in rules)
    rows = tuple((each.rule, each.kept, each.broken, each.undecided, each.share) for each in found)
    return ("rule", "kept", "broken", "undecided", "share kept"), rows, found


_TABLES: "Mapping[str, Callable[[EventTable], _Shown]]" = {
    "flows": _flows,
    "times": _times,
    "variants": _variants,
    "durations": _durations,
    "rework": _rework,
    "hand-overs": _hand_overs,
}
