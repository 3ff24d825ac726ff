# SPDX-License-Identifier: Apache-2.0
"""A rule of the standard that a model must keep, with the texts that tell of its breach."""

from collections.abc import Mapping
from dataclasses import dataclass

from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place

__all__ = ["Rule"]

_LONGEST = 100  # characters of a value from a file inside a message


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule. name: stable, in kebab-case. message, remedy: English, values in braces. clause: where it stands."""

    name: str
    message: str
    remedy: str
    clause: str
    severity: Severity = Severity.ERROR

    def finding(self, place: Place, name: str, values: Mapping[str, str]) -> Finding:
        """The breach at the element of *place*, called *name*; *values* go into the texts, cut where they are long."""
        values = {key: _cut(value) for key, value in values.items()}
        return Finding(
            severity=self.severity,
            rule=self.name,
            message=self.message.format_map(values),
            place=place,
            remedy=self.remedy.format_map(values),
            parameters={"element": place.element_id or "", "name": _cut(name or place.element_id or ""), **values},
        )


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
