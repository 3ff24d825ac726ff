# SPDX-License-Identifier: Apache-2.0
"""`taktloom draft` on a log, and `taktloom log …`.

Where a command takes LOG, it is a file, which is looked at and not kept, or the id of an imported log.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import drafting, history, logs, review, sql_engines
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.app.log_records import MappingRecord, SniffRecord
from taktloom.cli.opening import opened, scratch
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, progress_bar, record_fields, say
from taktloom.model.errors import MisuseError

draft_commands = typer.Typer()
filter_commands = typer.Typer()
log_commands = typer.Typer()

LogArgument = Annotated[str, typer.Argument(metavar="LOG", help="A log file, or the id of an imported log.")]
FILE_HELP = "A log file: CSV, XES, XES.gz, Excel, Parquet or OCEL."
FileArgument = Annotated[Path, typer.Argument(help=FILE_HELP)]
IdArgument = Annotated[str, typer.Argument(help="Id from `taktloom log list`.")]
ZoneOption = Annotated[str | None, typer.Option(help="Time zone of times that have none, such as Europe/Amsterdam.")]
CaseOption = Annotated[str | None, typer.Option(help="Column of the case.")]
ActivityOption = Annotated[str | None, typer.Option(help="Column of the activity.")]
TimeOption = Annotated[str | None, typer.Option(help="Column of the (completion) time.")]
StartOption = Annotated[str | None, typer.Option(help="Column of the start time.")]
ClockOption = Annotated[str | None, typer.Option(help="Column of the time of day, where the timestamp is a date.")]
StartClockOption = Annotated[str | None, typer.Option(help="Column of the start's time of day.")]
ResourceOption = Annotated[str | None, typer.Option(help="Column of the resource.")]
RoleOption = Annotated[str | None, typer.Option(help="Column of the role.")]
DateFormatOption = Annotated[str | None, typer.Option(help="Date format, such as '%d/%m/%Y %H:%M'.")]
DelimiterOption = Annotated[str | None, typer.Option(help="CSV delimiter.")]
EncodingOption = Annotated[str | None, typer.Option(help="Text encoding, such as gb18030.")]
SkipOption = Annotated[bool, typer.Option("--skip-bad-rows", help="Import the good rows and count the others.")]
WithOption = Annotated[
    list[str] | None, typer.Option("--with", help="Only cases with this activity; repeatable: with any of them.")
]
WithoutOption = Annotated[
    list[str] | None, typer.Option("--without", help="Only cases without this activity; repeatable: without any.")
]
FilterOption = Annotated[
    str | None, typer.Option("--filter", help="A filter as JSON, or the name of a file that holds one.")
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read a file: what the options of a command say."""

    timezone: str | None = None
    date_format: str | None = None
    delimiter: str | None = None
    encoding: str | None = None
    skip_bad_rows: bool = False
    columns: MappingRecord = field(default_factory=MappingRecord)
    name: str = ""
    object_type: str | None = None


@draft_commands.command("draft")
@calls(drafting.draft_automation, logs.import_file, logs.sniff_file)
def draft(
    log: LogArgument,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the BPMN and DMN files.")],
    name: Annotated[str | None, typer.Option(help="Name of the process.")] = None,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Draft an executable automation from a log: BPMN and DMN files that deploy as they are.

    Example: taktloom draft receipt.csv --timezone Europe/Amsterdam -o draft/
    """
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        with progress_bar("Drafting") as heard:
            report = drafting.draft_automation(context, log_id=log_id, name=name, report=heard)
        output.mkdir(parents=True, exist_ok=True)
        files = drafting.files_of_draft(context, draft_id=report.draft_id)
        for file_name, content in files.items():
            (output / file_name).write_bytes(content)
        if as_json:
            print_json({**record_fields(report), "files": [output / file_name for file_name in files]})
            return
        say(
            f"Covers {report.coverage:.1%} of the events; fitness {report.fitness:.3f}, "
            f"precision {cell(report.precision)}."
        )
        print_table(
            ("element", "activity", "becomes", "why"),
            [(one.element_id, one.activity, one.kind, one.why) for one in report.elements],
            empty="No elements.",
        )
        print_table(
            ("gateway", "accuracy", "majority", "gain", "rule"),
            [(one.gateway, one.accuracy, one.majority, one.gain, "yes" if one.accepted else one.reason)
             for one in report.decisions],
            empty="No choices.",
        )  # fmt: skip
        for file_name in files:
            say(str(output / file_name))


@log_commands.command("import")
@calls(logs.import_file, logs.sniff_file, sql_engines.fetch_query)
def import_log(
    file: Annotated[Path | None, typer.Argument(help=FILE_HELP)] = None,
    name: Annotated[str, typer.Option(help="Name of the log.", show_default="the file's")] = "",
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
    object_type: Annotated[str | None, typer.Option(help="Of an object-centric log: whose cases to import.")] = None,
    engine: Annotated[str | None, typer.Option(help="Address of an SQL engine, such as duckdb:///file.db.")] = None,
    query: Annotated[str | None, typer.Option(help="A SELECT to run there, or a .sql file with one.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Import a log into the data folder: a file, or what a query finds on an SQL engine.

    Example: taktloom log import receipt.csv --timezone Europe/Amsterdam
    """
    columns = MappingRecord(
        case=case_column, activity=activity_column, timestamp=timestamp_column, start_timestamp=start_column,
        resource=resource_column, role=role_column, time_of_day=time_of_day_column,
        start_time_of_day=start_time_of_day_column,
    )  # fmt: skip
    reading = Reading(
        name=name, timezone=timezone, date_format=date_format, delimiter=delimiter, encoding=encoding,
        skip_bad_rows=skip_bad_rows, columns=columns, object_type=object_type,
    )  # fmt: skip
    with opened(data) as context, _source(context, file, engine, query) as path:
        log_id = _import(context, path, reading)
        record = logs.show_log(context, log_id=log_id)
        if as_json:
            print_json(record)
            return
        say(f"{record.log_id}: {record.cases} cases, {record.events} events, {record.activities} activities.")
        if record.skipped_rows:
            say(f"{record.skipped_rows} rows were left out.")


@contextmanager
def _source(context: Context, file: Path | None, engine: str | None, query: str | None) -> Iterator[Path]:
    """The file to import: the one named, or one with what the query finds."""
    if file is not None and engine is None and query is None:
        yield file
        return
    if file is not None or engine is None or query is None:
        raise MisuseError(
            "There is no one source to import.", remedy="Name a file, or an engine (--engine) and a query (--query)."
        )
    with tempfile.TemporaryDirectory(prefix="taktloom-") as folder:
        path = Path(folder) / "query.parquet"
        sql_engines.fetch_query(context, engine=engine, query=query, into=path)
        yield path


@log_commands.command("from-history")
@calls(history.make_history_log, logs.show_log)
def log_from_history(
    process: Annotated[str, typer.Argument(help="Process id.")], data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Make a log of what a process's instances did, or renew it; it is reviewed as any other.

    Example: taktloom log from-history permit
    """
    with opened(data) as context:
        made = history.make_history_log(context, process_id=process)
        record = logs.show_log(context, log_id=made.log_id)
        if as_json:
            print_json(record)
            return
        say(f"{record.log_id}: {record.cases} cases, {record.events} events, {record.activities} activities.")


@log_commands.command("list")
@calls(logs.list_logs)
def list_logs(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the imported logs."""
    with opened(data) as context:
        page = logs.list_logs(context)
        if as_json:
            print_json(page)
            return
        rows = [(one.log_id, one.name, one.cases, one.events, one.variants, one.imported_at) for one in page.items]
        print_table(
            ("id", "name", "cases", "events", "variants", "imported"), rows, empty="No logs: taktloom log import FILE"
        )


@log_commands.command("rename")
@calls(logs.rename_log)
def rename_log(
    log_id: IdArgument,
    name: Annotated[str, typer.Argument(help="The new name.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Rename a log; its id stays."""
    with opened(data) as context:
        record = logs.rename_log(context, log_id=log_id, name=name)
        print_json(record) if as_json else say(f"{record.log_id}: {record.name}")


@log_commands.command("delete")
@calls(logs.delete_log)
def delete_log(
    log_id: IdArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Delete a log with its source file."""
    with opened(data) as context:
        record = logs.show_log(context, log_id=log_id)
        if not (yes or as_json):
            typer.confirm(f"Delete {record.name} with {record.events} events?", abort=True)
        logs.delete_log(context, log_id=log_id)
        print_json({"deleted": log_id}) if as_json else say(f"Deleted {log_id}.")


@filter_commands.command("filter")
@calls(review.look_at, logs.import_file, logs.sniff_file)
def measure_filter(
    log: LogArgument,
    filter_text: FilterOption = None,
    having: WithOption = None,
    lacking: WithoutOption = None,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how many cases and events each step of a filter leaves.

    Example: taktloom log filter receipt --with 'Confirmation of receipt' --filter slow.json
    """
    with looking_at(log, data, Reading(timezone=timezone, skip_bad_rows=skip_bad_rows)) as (context, log_id):
        chosen = chosen_part(having, lacking, filter_text)
        with progress_bar("filter") as heard:
            reach = review.look_at(context, log_id=log_id, look=review.reach_of_filter(chosen), report=heard)
        if as_json:
            print_json(reach)
            return
        rows = [
            (number, f"{one.cases} of {one.cases_before}", f"{one.events} of {one.events_before}")
            for number, one in enumerate(reach, start=1)
        ]
        print_table(("step", "cases", "events"), rows, empty="The filter has no steps: everything passes.")


@log_commands.command("columns")
@calls(logs.show_columns, logs.show_log)
def list_columns(log_id: IdArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """List all columns of a log's kept source and the parts they play; `log remap` chooses others."""
    with opened(data) as context:
        sniff = logs.show_columns(context, log_id=log_id)
        if as_json:
            print_json(sniff)
            return
        mapping = logs.show_log(context, log_id=log_id).mapping
        parts = {getattr(mapping, part): part for part in ALL_PARTS}
        rows = [
            (
                one.name,
                parts.get(one.name, "attribute" if one.name in mapping.attributes else "–"),
                one.type,
                f"{one.missing_share:.0%}",
                ", ".join(sample[:30] for sample in one.samples[:3]),
            )
            for one in sniff.columns
        ]
        print_table(("column", "part", "type", "empty", "samples"), rows, empty="No columns.")


@log_commands.command("remap")
@calls(logs.remap_log_now, logs.show_log)
def remap_log(
    log_id: IdArgument,
    case_column: CaseOption = None,
    activity_column: ActivityOption = None,
    timestamp_column: TimeOption = None,
    start_column: StartOption = None,
    time_of_day_column: ClockOption = None,
    start_time_of_day_column: StartClockOption = None,
    resource_column: ResourceOption = None,
    role_column: RoleOption = None,
    timezone: ZoneOption = None,
    skip_bad_rows: SkipOption = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Read a log's kept source again with other columns; those not named stay."""
    columns = MappingRecord(
        case=case_column, activity=activity_column, timestamp=timestamp_column, start_timestamp=start_column,
        resource=resource_column, role=role_column, time_of_day=time_of_day_column,
        start_time_of_day=start_time_of_day_column,
    )  # fmt: skip
    with opened(data) as context:
        present = logs.show_log(context, log_id=log_id).mapping
        request = logs.ImportRequest(
            mapping=with_columns(present, columns), timezone=timezone, skip_bad_rows=skip_bad_rows
        )
        with progress_bar("Importing") as report:
            record = logs.remap_log_now(context, log_id=log_id, request=request, report=report)
        print_json(record) if as_json else say(f"{record.log_id}: {record.cases} cases, {record.events} events.")


@contextmanager
def looking_at(log: str, data: Path | None, reading: Reading) -> Iterator[tuple[Context, str]]:
    """A context and log id for LOG: a file is imported into a folder that is thrown away."""
    path = Path(log)
    if path.is_file():
        with scratch(data) as context:
            yield context, _import(context, path, reading)
        return
    if path.suffix or len(path.parts) > 1:
        raise MisuseError(
            f"There is no file {log}.",
            remedy="Check the path, or give the id of an imported log.",
            parameters={"path": log},
        )
    with opened(data) as context:
        yield context, logs.show_log(context, log_id=log).log_id


def beside(context: Context, log: str, other: str, reading: Reading) -> str:
    """The id of a second log: a file beside a file is imported where the first was, an id stands beside an id."""
    if Path(other).is_file() != Path(log).is_file():
        raise MisuseError(
            "One log is a file and the other is not.",
            remedy="Give two files, or the ids of two imported logs.",
        )
    return _import(context, Path(other), reading) if Path(other).is_file() else other


def chosen_part(having: list[str] | None, lacking: list[str] | None, filter_text: str | None) -> review.Filter:
    """The filter that the options of a command name; *filter_text* is JSON or a file's name."""
    steps = filter_text
    if filter_text is not None and not filter_text.lstrip().startswith("{"):
        path = Path(filter_text)
        if not path.is_file():
            raise MisuseError(
                f"There is no file {filter_text}.",
                remedy="Give the filter as JSON, or the name of a file that holds it.",
                parameters={"path": filter_text},
            )
        try:
            steps = path.read_text(encoding="utf-8-sig")
        except ValueError as error:
            raise MisuseError(f"{filter_text} is no text in UTF-8.", remedy="Check the file.") from error
    return review.Filter(activities=tuple(having or ()), without=tuple(lacking or ()), steps=steps)


def with_columns(mapping: MappingRecord, columns: MappingRecord) -> MappingRecord:
    """*mapping* with the columns that *columns* names; what a column was before it is no more."""
    named = {part: getattr(columns, part) for part in PARTS if getattr(columns, part)}
    taken = set(named.values())
    kept = {part: getattr(mapping, part) for part in ALL_PARTS}
    kept |= {clock: None for part, clock in CLOCKS.items() if named.get(part, kept[part]) != kept[part]}
    parts = {part: None if column in taken else column for part, column in kept.items()} | named
    attributes = {column: level for column, level in mapping.attributes.items() if column not in taken}
    return MappingRecord(**parts, attributes=attributes)


GUESSED = 0.5
CLOCKS = {"timestamp": "time_of_day", "start_timestamp": "start_time_of_day"}
PARTS = ("case", "activity", "timestamp", "start_timestamp", "resource", "role", *CLOCKS.values())
ALL_PARTS = (*PARTS, "lifecycle", "instance", "event_id")


def _import(context: Context, path: Path, reading: Reading) -> str:
    mapping = None
    sniff = logs.sniff_file(context, path=path)
    if any(getattr(reading.columns, part) for part in PARTS):
        mapping = with_columns(sniff.suggested, reading.columns)
    _tell_guesses(sniff, reading.columns)
    request = logs.ImportRequest(
        name=reading.name,
        mapping=mapping,
        timezone=reading.timezone,
        date_format=reading.date_format,
        delimiter=reading.delimiter,
        encoding=reading.encoding,
        skip_bad_rows=reading.skip_bad_rows,
        object_type=reading.object_type,
    )
    with progress_bar("Importing") as report:
        return logs.import_file(context, path=path, request=request, report=report).log_id


def _tell_guesses(sniff: SniffRecord, columns: MappingRecord) -> None:
    """Say on stderr which columns were told by their content alone, so that nobody takes a guess for knowledge."""
    options = {"start_timestamp": "--start-column", "time_of_day": "--time-of-day-column"}
    for part, share in sniff.confidence.items():
        column = getattr(sniff.suggested, part)
        if share <= GUESSED and part in PARTS and not getattr(columns, part):
            option = options.get(part, f"--{part}-column")
            typer.echo(f"Column '{column}' was taken for the {part} by its content; {option} names another.", err=True)
