# SPDX-License-Identifier: Apache-2.0
"""Ids of one file: made of names, unique, and usable as XML ids."""

import re

from taktloom.model.identifiers import ElementId

__all__ = ["Ids"]


class Ids:
    """Hands out ids; one for all scopes of a process."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, wished: str | None, name: str, kind: str) -> ElementId:
        """The wished id as it is; else one made of the name, else of the kind.

        An id that is wished twice is given twice: the file is then refused by the rules, which name it.
        """
        if wished:
            self._taken.add(wished)
            return ElementId(wished)
        base = re.sub(r"\W+", "_", name).strip("_")
        base = base if base and (base[0].isalpha() or base[0] == "_") else f"{kind}_{base}".rstrip("_")
        candidate, number = base, 2
        while candidate in self._taken:
            candidate, number = f"{base}_{number}", number + 1
        self._taken.add(candidate)
        return ElementId(candidate)
