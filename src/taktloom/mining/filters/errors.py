# SPDX-License-Identifier: Apache-2.0
"""Why a filter is refused. Its shape: `MalformedRecordError` (logs/errors.py), whose field is the path in JSON."""

from collections.abc import Iterable

from taktloom.model.errors import InputRefusedError, LimitExceededError
from taktloom.model.places import Place


class UnknownAttributeError(InputRefusedError):
    """The filter names an attribute that the log does not have; `columns` lists those there are."""

    code = "TL-2130"

    def __init__(self, column: str, columns: Iterable[str]) -> None:
        known = tuple(columns)
        shown = ", ".join(known[:30]) + (" …" if len(known) > 30 else "")
        super().__init__(
            f"The log has no attribute '{column[:200]}'.",
            Place(element_id=column[:200]),
            f"Name one of: {shown}.",
            {"column": column[:200], "columns": shown},
        )
        self.args = (column, known)
        self.columns = known


class FilterTooLargeError(LimitExceededError):
    """More steps, conditions or values than a filter may hold, or nested too deeply."""

    code = "TL-2131"

    def __init__(self, what: str, limit: int) -> None:
        super().__init__(
            f"The filter has more than {limit:,} {what}.",
            remedy="Split it into several filters, one after the other.",
            parameters={"what": what, "limit": str(limit)},
        )
        self.args = (what, limit)
