# SPDX-License-Identifier: Apache-2.0
"""Where something is: a file and line, an element, an instance, a column."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The place that an error or finding speaks of.

    source: file name or resource, "" when there is none. line: 1-based; None when unknown.
    element_id: id of a BPMN/DMN element, a column, a row key … ; None when the whole source is meant.
    str() gives `invoice.bpmn:88 g_amount`.
    """

    source: str = ""
    line: int | None = None
    element_id: str | None = None

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        return " ".join(part for part in (where, self.element_id) if part) or "-"


NOWHERE = Place()
