# SPDX-License-Identifier: Apache-2.0
"""What a check found: soft results, never raised one by one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from taktloom.model.places import NOWHERE, Place


class Severity(StrEnum):
    """`error` refuses the model or row; `warning` lets it pass and is shown; `information` explains."""

    ERROR = "error"
    WARNING = "warning"
    INFORMATION = "information"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One problem: which rule, what is wrong, where, and what to do.

    rule: stable kebab-case name (`gateway-without-outgoing-flow`), the key for translations.
    parameters: the values inside message and remedy by name. path: ids of the elements on a shortest way that shows the
    problem, in order; empty where a place says all.
    """

    severity: Severity
    rule: str
    message: str
    place: Place = NOWHERE
    remedy: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    path: tuple[str, ...] = ()

    @property
    def element_id(self) -> str | None:
        """Of the element that it speaks of."""
        return self.place.element_id

    @property
    def line(self) -> int | None:
        """In the file, from 1."""
        return self.place.line

    @property
    def file(self) -> str:
        """Name of the file, "" when there is none."""
        return self.place.source
