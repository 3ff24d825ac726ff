# SPDX-License-Identifier: Apache-2.0
"""`taktloom calendar`: business calendars."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import calendars
from taktloom.app.calls import calls
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say
from taktloom.model.errors import MisuseError

calendar_commands = typer.Typer()

NameArgument = Annotated[str, typer.Argument(help="Name of the calendar; default: the default one.")]


@calendar_commands.command("list")
@calls(calendars.list_calendars)
def list_calendars(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List business calendars."""
    with opened(data) as context:
        found = calendars.list_calendars(context)
        if as_json:
            print_json(found)
            return
        rows = [
            (one.name, one.version, "yes" if one.is_default else "", one.definition.get("zone"), one.saved_at)
            for one in found
        ]
        columns = ("name", "version", "default", "zone", "saved")
        print_table(columns, rows, empty="No calendars: taktloom calendar save NAME FILE")


@calendar_commands.command("show")
@calls(calendars.show_calendar, calendars.list_calendar_versions)
def show_calendar(
    name: NameArgument,
    versions: Annotated[bool, typer.Option("--versions", help="All versions, newest first.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a calendar's definition."""
    with opened(data) as context:
        if versions:
            found = calendars.list_calendar_versions(context, name=name)
            if as_json:
                print_json(found)
                return
            print_table(("version", "saved", "by"), [(v.version, v.saved_at, v.saved_by) for v in found], empty="None.")
            return
        calendar = calendars.show_calendar(context, name=name)
        print_json(calendar if as_json else calendar.definition)


@calendar_commands.command("save")
@calls(calendars.save_calendar)
def save_calendar(
    name: Annotated[str, typer.Argument(help="Name of the calendar.")],
    file: Annotated[Path, typer.Argument(help="JSON file with zone, week, holidays and exceptions.")],
    default: Annotated[bool, typer.Option("--default", help="Make it the default calendar.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save a calendar, or a new version of it.

    Example: taktloom calendar save office office.json --default
    """
    try:
        definition = json.loads(file.read_text(encoding="utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise MisuseError(f"{file} cannot be read as JSON: {error}.", remedy="Check the file.") from error
    if not isinstance(definition, dict):
        raise MisuseError(f"{file} is not a JSON object.", remedy='Write {"zone": …, "week": …}.')
    with opened(data) as context:
        saved = calendars.save_calendar(context, name=name, definition=definition, is_default=default)
        print_json(saved) if as_json else say(f"{saved.name}: version {saved.version}")


@calendar_commands.command("remove")
@calls(calendars.remove_calendar)
def remove_calendar(name: NameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Remove a calendar that no deployed process counts by."""
    with opened(data) as context:
        calendars.remove_calendar(context, name=name)
        print_json({"removed": name}) if as_json else say(f"Removed {name}.")


@calendar_commands.command("days")
@calls(calendars.list_calendar_days)
def list_calendar_days(
    name: NameArgument = "default",
    start: Annotated[str | None, typer.Option(help="First day, such as 2026-12-24.", show_default="today")] = None,
    days: Annotated[int, typer.Option(min=1, max=calendars.MOST_DAYS, help="How many.")] = 14,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show what days are like: hours and holidays."""
    first = None if start is None else _day(start)
    with opened(data) as context:
        found = calendars.list_calendar_days(context, name=name, start=first, days=days)
        if as_json:
            print_json(found)
            return
        rows = [(f"{one.day:%Y-%m-%d %a}", ", ".join(one.hours) or "closed", one.holiday) for one in found]
        print_table(("day", "hours", "holiday"), rows, empty="None.")


@calendar_commands.command("due")
@calls(calendars.compute_due)
def compute_due(
    rule: Annotated[str, typer.Argument(help="Duration such as P2D (business days) or PT8H (open hours).")],
    name: Annotated[str, typer.Option("--calendar", help="Name of the calendar.")] = "default",
    after: Annotated[
        str | None, typer.Option(help="Instant with zone, such as 2026-12-24T09:00+01:00.", show_default="now")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell when a duration is over by a calendar.

    Example: taktloom calendar due P2D --calendar office
    """
    anchor = None if after is None else _instant(after)
    with opened(data) as context:
        answer = calendars.compute_due(context, name=name, anchor=anchor, rule=rule)
        print_json(answer) if as_json else say(answer.due_at.isoformat())


@calendar_commands.command("measure")
@calls(calendars.measure_business_time)
def measure_business_time(
    start: Annotated[str, typer.Argument(help="Instant with zone.")],
    end: Annotated[str, typer.Argument(help="Instant with zone.")],
    name: Annotated[str, typer.Option("--calendar", help="Name of the calendar.")] = "default",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell how much open time lies between two instants.

    Example: taktloom calendar measure 2026-12-24T09:00+01:00 2026-12-29T12:00+01:00
    """
    with opened(data) as context:
        measured = calendars.measure_business_time(context, name=name, start=_instant(start), end=_instant(end))
        print_json({"business_time_s": measured.total_seconds()}) if as_json else say(str(measured))


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise MisuseError(f"{text!r} is no date.", remedy="Write 2026-12-24.") from error


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            found.astimezone(UTC)  # an offset can reach beyond the first and the last year
    except (ValueError, OverflowError) as error:
        raise MisuseError(f"{text!r} is no instant.", remedy="Write 2026-12-24T09:00+01:00.") from error
    if found.tzinfo is None:
        raise MisuseError(f"{text!r} has no time zone.", remedy="Write 2026-12-24T09:00+01:00.")
    return found
