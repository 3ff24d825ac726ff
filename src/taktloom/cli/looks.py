# SPDX-License-Identifier: Apache-2.0
"""Looks at a log: `review` and `potential`, at the top and under `taktloom mine`, where `map` and `variants` are too.

Each is defined once; `main` puts it where people look for it.
"""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import logs, potential, review
from taktloom.app.analyses.cells import duration_text
from taktloom.app.analyses.files import file_of
from taktloom.app.analyses.records import AnalysisOutput
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.app.log_records import MappingRecord
from taktloom.app.looked_at import map_output, potential_output, review_output, variants_output
from taktloom.app.review_records import HandoversRecord, MapRecord, ReviewRecord, VariantRecord
from taktloom.cli.analysis_tables import OutputOption, print_output, tell_files, write_files
from taktloom.cli.logs import (
    ActivityOption,
    CaseOption,
    ClockOption,
    DateFormatOption,
    DelimiterOption,
    EncodingOption,
    FilterOption,
    LogArgument,
    Reading,
    ResourceOption,
    RoleOption,
    SkipOption,
    StartClockOption,
    StartOption,
    TimeOption,
    WithOption,
    WithoutOption,
    ZoneOption,
    chosen_part,
    looking_at,
)
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, progress_bar, record_fields, say

look_commands = typer.Typer()
part_commands = typer.Typer()

TABLE_ROWS = 15
ExportOption = Annotated[
    list[Path] | None,
    typer.Option(
        "--output", "-o", "--export",
        help="File to write: map.svg, .png or .csv, variants.csv, model.bpmn, findings.csv, page.html; repeatable.",
    ),
]  # fmt: skip
ShareOption = Annotated[float, typer.Option(min=0.0, max=1.0, help="Share that is kept, most frequent first.")]


@look_commands.command("review")
@calls(review.look_at, logs.import_file, logs.sniff_file)
def review_log(
    log: LogArgument,
    timezone: ZoneOption = None,
    case_column: CaseOption = None,
    activity_column: ActivityOption = None,
    timestamp_column: TimeOption = None,
    start_column: StartOption = None,
    time_of_day_column: ClockOption = None,
    start_time_of_day_column: StartClockOption = None,
    resource_column: ResourceOption = None,
    role_column: RoleOption = None,
    date_format: DateFormatOption = None,
    delimiter: DelimiterOption = None,
    encoding: EncodingOption = None,
    skip_bad_rows: SkipOption = False,
    having: WithOption = None,
    lacking: WithoutOption = None,
    filter_text: FilterOption = None,
    export: ExportOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how far a log can be trusted and what happens in it.

    Example: taktloom review receipt.csv --timezone Europe/Amsterdam -o map.svg
    """
    columns = MappingRecord(
        case=case_column, activity=activity_column, timestamp=timestamp_column, start_timestamp=start_column,
        resource=resource_column, role=role_column, time_of_day=time_of_day_column,
        start_time_of_day=start_time_of_day_column,
    )  # fmt: skip
    reading = Reading(
        timezone=timezone, date_format=date_format, delimiter=delimiter, encoding=encoding,
        skip_bad_rows=skip_bad_rows, columns=columns,
    )  # fmt: skip
    with looking_at(log, data, reading) as (context, log_id):
        chosen = chosen_part(having, lacking, filter_text)
        with progress_bar("Reviewing") as heard:
            report = review.look_at(context, log_id=log_id, look=review.whole_review(chosen), report=heard)
            mapped = review.look_at(context, log_id=log_id, look=review.process_map(chosen))
            first = review.most_frequent_variants(chosen, limit=200)
            variants = review.look_at(context, log_id=log_id, look=first, report=heard)
            for path in export or ():
                path.write_bytes(_export(context, log_id, path.name, chosen))
    if as_json:
        print_json({**record_fields(report), "map": mapped, "variant_table": variants})
        return
    _print_review(report, mapped, variants)
    tell_files(export or [])


@look_commands.command("potential")
@calls(potential.show_potential, potential.read_rates_file, logs.import_file, logs.sniff_file)
def show_potential(
    log: LogArgument,
    timezone: ZoneOption = None,
    rates: Annotated[Path | None, typer.Option(help="Rates file (JSON or TOML): currency, hourly, default.")] = None,
    calendar: Annotated[
        str | None,
        typer.Option(help="Business calendar that work counts by: a .json file, or the name of a saved one."),
    ] = None,
    skip_bad_rows: SkipOption = False,
    having: WithOption = None,
    lacking: WithoutOption = None,
    filter_text: FilterOption = None,
    output: OutputOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell which activities are worth automating, and why.

    Example: taktloom potential receipt.csv --timezone Europe/Amsterdam --rates rates.toml
    """
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        given = None if rates is None else potential.read_rates_file(context, path=rates)
        hours = Path(calendar) if calendar is not None and calendar.endswith(".json") else calendar
        request = potential.PotentialRequest(
            log_id=log_id, chosen=chosen_part(having, lacking, filter_text), rates=given, calendar=hours
        )
        with progress_bar("Assessing") as heard:
            report = potential.show_potential(context, request=request, report=heard)
        files = write_files(potential_output(report), output)
    if as_json:
        print_json(report)
        return
    _print_potential(report)
    tell_files(files)


@part_commands.command("map")
@calls(review.look_at, logs.import_file, logs.sniff_file)
def show_map(
    log: LogArgument,
    activities: ShareOption = 1.0,
    flows: ShareOption = 1.0,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    having: WithOption = None,
    lacking: WithoutOption = None,
    filter_text: FilterOption = None,
    output: OutputOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Directly-follows map: which activity comes right after which, how often and how fast.

    Example: taktloom mine map receipt.csv --timezone Europe/Amsterdam --flows 0.3 -o map.svg
    """
    shares = review.MapShares(activities=activities, edges=flows)
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        chosen = chosen_part(having, lacking, filter_text)
        with progress_bar("map") as heard:
            review.look_at(context, log_id=log_id, look=review.process_map(chosen, shares), report=heard)
            found = _mapped(context, log_id, chosen, shares)
            files = write_files(found, output)
    print_output(found, files, as_json=as_json)


@part_commands.command("variants")
@calls(review.look_at, logs.import_file, logs.sniff_file)
def list_variants(
    log: LogArgument,
    limit: Annotated[int, typer.Option(min=1, max=10_000_000, help="How many at most, most frequent first.")] = 10_000,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    having: WithOption = None,
    lacking: WithoutOption = None,
    filter_text: FilterOption = None,
    output: OutputOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Variants: every sequence of activities that cases follow, how many do, and how long they take.

    Example: taktloom mine variants receipt.csv --timezone Europe/Amsterdam -o variants.csv
    """
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        wanted = review.most_frequent_variants(chosen_part(having, lacking, filter_text), limit=limit)
        with progress_bar("variants") as heard:
            found = variants_output(review.look_at(context, log_id=log_id, look=wanted, report=heard))
            files = write_files(found, output)
    print_output(found, files, as_json=as_json)


def _export(context: Context, log_id: str, name: str, chosen: review.Filter) -> bytes:
    """What the name of a file asks for: a part of the review that has a form of its own, else the review as a whole."""
    if name.endswith(".bpmn"):
        return review.look_at(context, log_id=log_id, look=review.mined_model(chosen)).bpmn_xml.encode()
    if name.endswith((".svg", ".png")):
        return file_of(_mapped(context, log_id, chosen), name)[1]
    if name.endswith(".csv") and "finding" not in name:
        table = review.variants_table(chosen) if "variant" in name else review.map_table(chosen)
        return review.look_at(context, log_id=log_id, look=table)
    return file_of(review_output(review.look_at(context, log_id=log_id, look=review.whole_review(chosen))), name)[1]


def _mapped(
    context: Context, log_id: str, chosen: review.Filter, shares: review.MapShares = review.WHOLE
) -> AnalysisOutput:
    record = review.look_at(context, log_id=log_id, look=review.process_map(chosen, shares))
    drawing = review.map_drawing(chosen, shares)
    return map_output(record, lambda: review.look_at(context, log_id=log_id, look=drawing))


def _print_review(report: ReviewRecord, mapped: MapRecord, variants: tuple[VariantRecord, ...]) -> None:
    say(f"{report.name}: {report.cases} cases, {report.events} events, {report.activities} activities, "
        f"{report.variants} variants")  # fmt: skip
    say(f"from {cell(report.first_event_at)} to {cell(report.last_event_at)}")
    durations = report.durations
    say(f"Cycle time: median {duration_text(durations.median_s)}, p95 {duration_text(durations.p95_s)}")
    say(f"\nQuality {report.quality.score:.0f} of 100")
    for finding in report.quality.findings:
        say(f"  {finding.severity.value}: {finding.message} {finding.remedy}".rstrip())
    say("What cannot be known from this log")
    for unknown in report.quality.unknowable:
        say(f"  {unknown.question} Needs: {unknown.needs}")
    stamps = report.rubber_stamps
    say(f"\nRubber stamps: {stamps.count} of {stamps.of} ({_percent(stamps.share)})")
    _print_hand_overs("Hand-overs", report.handovers)
    _print_hand_overs("Hand-overs between roles", report.role_handovers)
    _print_people(report)
    say("\nConnections, most frequent first")
    rows = [(one.events, one.cases, duration_text(one.median_s), one.source, one.target) for one in mapped.edges[:15]]
    print_table(("events", "cases", "median", "from", "to"), rows, empty="No connections.")
    say("\nVariants")
    shown = [(one.cases, one.share, duration_text(one.median_s), " > ".join(one.activities)) for one in variants[:10]]
    print_table(("cases", "share", "median", "activities"), shown, empty="No variants.")


def _print_hand_overs(title: str, measured: HandoversRecord) -> None:
    share = "not computable" if measured.share is None else f"{measured.share:.3f}"
    say(f"{title}: {measured.count} of {measured.of} ({share})")


def _print_people(report: ReviewRecord) -> None:
    """Rework by activity, and who is a human and who a system."""
    say("\nRework")
    print_table(
        ("activity", "cases", "repeats", "directly", "share"),
        [
            (one.activity, one.cases, one.repeats, one.self_loops, _percent(one.share))
            for one in report.rework[:TABLE_ROWS]
        ],
        empty="No activity is repeated within a case.",
    )
    say("\nHuman or system")
    print_table(
        ("resource", "kind", "events", "why"),
        [(one.resource, one.kind, one.events, ", ".join(one.why)) for one in report.resources[:TABLE_ROWS]],
        empty="No event names a resource.",
    )
    for name, rows in (("activities", report.rework), ("resources", report.resources)):
        if len(rows) > TABLE_ROWS:
            say(f"… {len(rows) - TABLE_ROWS} more {name}: --json shows all.")


def _percent(share: float | None) -> str:
    return "not computable" if share is None else f"{share:.1%}"


def _reach(interval: tuple[float, float] | None, digits: int) -> str:
    return "–" if interval is None else f"{interval[0]:.{digits}f} … {interval[1]:.{digits}f}"


def _amount(amount: potential.Amount | None) -> str:
    return "not computable" if amount is None else f"{amount.value:.1f} {amount.unit} ({amount.basis})"


def _print_potential(report: potential.PotentialRecord) -> None:
    rows = [
        (
            one.rank, _reach(one.rank_interval, 0),
            one.activity, f"{one.score:.1f}",
            _reach(one.interval, 1),
            one.potential_class, one.events, _amount(one.hours), _amount(one.money),
        )
        for one in report.activities
    ]  # fmt: skip
    columns = ("rank", "95 %", "activity", "score", "95 %", "class", "events", "hours/month", "money/month")
    print_table(columns, rows, empty="No activities.")
    taus = (cell(report.rank_stability), cell(report.weight_stability))
    say(f"\n{report.working_hours.text}\n{report.formula}\n{report.method.text}")
    say("Stability of the order (mean Kendall's tau): {} with other cases, {} with other weights".format(*taus))
