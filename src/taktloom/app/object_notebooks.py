# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs in Python and in notebooks: `taktloom.read_object_log("orders.jsonocel").graph()`."""

from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.analyses.records import AnalysisOutput, OutputTable
from taktloom.app.notebooks import Result

if TYPE_CHECKING:
    import polars as pl

    from taktloom.mining.objects import ObjectLogReading
    from taktloom.model.findings import Finding


class ObjectLog:
    """An object-centric log; its models are those of `taktloom mine object-graph` and `object-net`."""

    def __init__(self, reading: "ObjectLogReading") -> None:
        self._log, self._findings = reading.log, reading.findings

    def __repr__(self) -> str:
        types = ", ".join(self._log.events_of_types())
        return f"<ObjectLog of {self._log.events.height} events, {self._log.objects.height} objects ({types})>"

    @property
    def findings(self) -> "tuple[Finding, ...]":
        """What of the file is not in the log or not as it should be; each counts."""
        return self._findings

    def events(self) -> "pl.DataFrame":
        """event_id, activity, occurred_at (UTC), in order of time."""
        return self._log.events

    def objects(self) -> "pl.DataFrame":
        """object_id, object_type."""
        return self._log.objects

    def relations(self) -> "pl.DataFrame":
        """event_id, object_id, qualifier."""
        return self._log.event_objects

    def graph(self, *object_types: str) -> Result:
        """The directly-follows graph of these types (none: all). Raises UnknownObjectTypeError."""
        from taktloom.mining.drawing.objects_svg import object_graph_svg
        from taktloom.mining.objects.object_graph import discover_object_graph

        found = discover_object_graph(self._log, object_types)
        flows = OutputTable(
            title="Flows",
            columns=("type", "from", "to", "times", "objects", "median s"),
            rows=tuple(
                (each.object_type, each.source, each.target, each.frequency, each.objects, each.median_s)
                for each in found.flows
            ),
        )
        activities = OutputTable(
            title="Activities",
            columns=("activity", "events"),
            rows=tuple((each.activity, each.events) for each in found.activities),
        )
        files = {"plot.svg": lambda: object_graph_svg(found).encode()}
        return Result(
            name="object-graph", output=AnalysisOutput(data=found, tables=(flows, activities), files=files)
        )  # fmt: skip

    def net(self, *object_types: str, noise: float = 0.2, single_share: float = 0.98) -> Result:
        """The Petri net of these types (none: all). Raises UnknownObjectTypeError, ThresholdOutOfRangeError."""
        from taktloom.mining.drawing.objects_svg import object_net_svg
        from taktloom.mining.objects.object_net import discover_object_net

        found = discover_object_net(self._log, object_types, noise=noise, single_share=single_share)
        fits = OutputTable(
            title="Types",
            columns=("type", "objects", "fitness"),
            rows=tuple((each.object_type, each.objects, each.fitness) for each in found.fits),
        )
        variable = OutputTable(title="Variable arcs", columns=("activity", "type"), rows=tuple(found.variable))
        files = {"plot.svg": lambda: object_net_svg(found).encode()}
        return Result(name="object-net", output=AnalysisOutput(data=found, tables=(fits, variable), files=files))

    def _repr_html_(self) -> str:
        from html import escape

        return f"<p>{escape(repr(self))}</p>{self.events().head(10)._repr_html_()}"


def read_object_log(file: str | Path, *, timezone: str | None = None) -> ObjectLog:
    """Read an object-centric log (OCEL 1.0 or 2.0). timezone: of times that have none.

    Raises UnreadableLogError, TimeZoneNeededError, LogTooLargeError.
    """
    from taktloom.mining.objects import read_object_log as read

    return ObjectLog(read(Path(file), timezone=timezone))
