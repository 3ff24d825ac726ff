# SPDX-License-Identifier: Apache-2.0
"""Logs and analyses in Python and in notebooks: `taktloom.read_log("orders.csv").analyse("waiting")`.

What comes back is typed: the analysis' own record in `data`, its tables as Polars frames, its pictures as SVG. A result
shows itself in a notebook. The log is looked at in a folder of its own, which is removed when nobody holds the log any
more; a data folder is neither needed nor touched.
"""

import json
import tempfile
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar, cast

from taktloom.app.analyses.page import result_fragment, result_page
from taktloom.app.analyses.records import AnalysisOutput
from taktloom.app.context import Context, local_operator
from taktloom.app.settings import Settings
from taktloom.model.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping

    import polars as pl

    from taktloom.app.review import Filter, Look
    from taktloom.app.wiring import Rooms
    from taktloom.mining.logs.canonical import CanonicalLog

Found = TypeVar("Found")


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """name: of the analysis. output: everything as commands and routes give it."""

    name: str
    output: AnalysisOutput

    @property
    def data(self) -> object:
        """The typed result."""
        return self.output.data

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences on method and reach."""
        return self.output.notes

    @property
    def frames(self) -> "Mapping[str, pl.DataFrame]":
        """The tables by title; columns as they are shown."""
        import polars as pl

        return {
            table.title: pl.DataFrame(
                {column: [row[at] for row in table.rows] for at, column in enumerate(table.columns)}, strict=False
            )
            for table in self.output.tables
        }

    @property
    def frame(self) -> "pl.DataFrame":
        """The first table. Raises NotFoundError where there is none."""
        for frame in self.frames.values():
            return frame
        raise NotFoundError(f"The analysis '{self.name}' has no table.", remedy="Look at its data.")

    def save(self, file: str | Path) -> Path:
        """Write the file that the name asks for: plot.svg, page.html, table.csv, model.bpmn …; see `file_of`."""
        from taktloom.app.analyses.files import file_of

        target = Path(file)
        is_page = target.suffix.lower() in {".html", ".htm"}
        target.write_bytes(result_page(self.name, self.output) if is_page else file_of(self.output, target.name)[1])
        return target

    def _repr_html_(self) -> str:
        return result_fragment(self.output)


class Log:
    """A log, or the part of it that filters keep."""

    def __init__(self, held: "HeldRooms", log_id: str, chosen: "Filter") -> None:
        self._held, self._log_id, self._chosen = held, log_id, chosen

    def __repr__(self) -> str:
        counts = self._view().counts
        return f"<Log of {counts.cases} cases, {counts.activity_instances} events, {counts.activities} activities>"

    def events(self) -> "pl.DataFrame":
        """One row per event, columns of the event schema, `case.*` and `event.*`."""
        return self._view().events().collect()

    def cases(self) -> "pl.DataFrame":
        """One row per case."""
        return self._view().case_table()

    def variants(self) -> "pl.DataFrame":
        """variant (id), cases, activities (list); most frequent first."""
        import polars as pl

        listed = self._view().variants().variants
        return pl.DataFrame(
            {
                "variant": [each.id for each in listed],
                "cases": [each.cases for each in listed],
                "activities": [list(each.activities) for each in listed],
            },
            schema={"variant": pl.String, "cases": pl.Int64, "activities": pl.List(pl.String)},
        )

    def filtered(self, record: "Mapping[str, object]") -> "Log":
        """The part that a filter keeps of this one; *record* as in the reference of filters.

        Raises MalformedRecordError, FilterTooLargeError.
        """
        from taktloom.app.review import Filter
        from taktloom.mining.filters import filter_from_json, filter_to_json

        before = json.loads(self._chosen.steps)["steps"] if self._chosen.steps else []
        steps = [*before, *cast("list[object]", filter_to_json(filter_from_json(record))["steps"])]
        return Log(self._held, self._log_id, Filter(steps=json.dumps({"steps": steps})))

    def analyse(self, name: str, **parameters: object) -> Result:
        """Run an analysis by the name and parameters of its command (`taktloom mine NAME --help`).

        Raises NotFoundError, AnalysisParameterError, and what the analysis raises.
        """
        from taktloom.app.analyses import running

        request = running.AnalysisRequest(log_id=self._log_id, name=name, parameters=parameters, chosen=self._chosen)
        return Result(name=name, output=running.analyse(self._held.context, request=request))

    def review(self) -> Result:
        """How far the log can be trusted, and what happens in it, as `taktloom review` tells it."""
        from taktloom.app.looked_at import review_output
        from taktloom.app.review import whole_review

        return Result(name="review", output=review_output(self._looked_at(whole_review(self._chosen))))

    def map(self, *, activities: float = 1.0, flows: float = 1.0) -> Result:
        """The directly-follows map and its picture. activities, flows: the share kept, most frequent first, 0..1."""
        from taktloom.app import review
        from taktloom.app.looked_at import map_output

        shares = review.MapShares(activities=activities, edges=flows)
        record = self._looked_at(review.process_map(self._chosen, shares))
        drawing = review.map_drawing(self._chosen, shares)
        return Result(name="map", output=map_output(record, lambda: self._looked_at(drawing)))

    def reach(self, record: "Mapping[str, object]") -> Result:
        """How many cases and events each step of a filter leaves of this log; *record* as for `filtered`.

        Raises MalformedRecordError, FilterTooLargeError.
        """
        from taktloom.app.looked_at import reach_output
        from taktloom.app.review import reach_of_filter

        whole = self.filtered(record)._chosen
        before = len(json.loads(self._chosen.steps)["steps"]) if self._chosen.steps else 0
        return Result(name="filter", output=reach_output(self._looked_at(reach_of_filter(whole))[before:]))

    def potential(self, *, rates: str | Path | None = None, calendar: str | Path | None = None) -> Result:
        """Which activities are worth automating, and why, as `taktloom potential` tells it.

        rates: a file of hourly rates (JSON, TOML). calendar: a JSON file of the business calendar that work counts by;
        None: the hours that the log shows. Raises EmptyViewError, InputRefusedError, CalendarRefusedError, MisuseError.
        """
        from taktloom.app import potential
        from taktloom.app.looked_at import potential_output

        given = None if rates is None else potential.read_rates_file(self._held.context, path=Path(rates))
        request = potential.PotentialRequest(
            log_id=self._log_id,
            chosen=self._chosen,
            rates=given,
            calendar=None if calendar is None else Path(calendar),
        )
        found = potential.show_potential(self._held.context, request=request)
        return Result(name="potential", output=potential_output(found))

    def export(self, file: str | Path) -> Path:
        """Write the events as .xes, .xes.gz, .csv or .parquet, as `taktloom log export` does. Raises MisuseError."""
        from taktloom.app.log_export import ExportRequest, export_log

        target = Path(file)
        request = ExportRequest(log_id=self._log_id, chosen=self._chosen)
        export_log(self._held.context, request=request, output=target)
        return target

    def _looked_at(self, look: "Look[Found]") -> Found:
        from taktloom.app.review import look_at

        return look_at(self._held.context, log_id=self._log_id, look=look)

    def _view(self) -> "CanonicalLog":
        from taktloom.app.review import view_of

        return view_of(self._held.context.rooms.logs.open_log(self._log_id), self._chosen)

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.variants().head(10)._repr_html_()}"


def read_log(file: str | Path, *, timezone: str | None = None, skip_bad_rows: bool = False) -> Log:
    """Read a log file (CSV, XES, Excel, Parquet, OCEL). timezone: of times that have none.

    Raises TimeZoneNeededError, UnreadableLogError, BadRowsError and the other errors of an import.
    """
    from taktloom.app import logs
    from taktloom.app.review import ALL

    held = HeldRooms()
    request = logs.ImportRequest(timezone=timezone, skip_bad_rows=skip_bad_rows)
    return Log(held, logs.import_file(held.context, path=Path(file), request=request).log_id, ALL)


class HeldRooms:
    """Rooms on a folder of their own; both go when the last log on them goes, at the latest when Python ends."""

    def __init__(self) -> None:
        from taktloom.app.wiring import Rooms

        folder = tempfile.TemporaryDirectory(prefix="taktloom-")
        rooms = Rooms(Settings(data=Path(folder.name)))
        self.context = Context(principal=local_operator(), rooms=rooms)
        weakref.finalize(self, _drop, rooms, folder)


def _drop(rooms: "Rooms", folder: "tempfile.TemporaryDirectory[str]") -> None:
    rooms.close()
    folder.cleanup()
