# SPDX-License-Identifier: Apache-2.0
"""Why an SQL engine or its table is refused.

MisuseError
├── SqlExtraMissingError    the libraries of the extra `sql` are not installed
InputRefusedError
└── SqlTableRefusedError    no such engine, table or column; times of another type; rows that cannot be events
"""

from taktloom.model.errors import InputRefusedError, MisuseError
from taktloom.model.places import NOWHERE


class SqlExtraMissingError(MisuseError):
    """Analyses on an SQL engine need the extra."""

    code = "TL-2190"

    def __init__(self) -> None:
        super().__init__(
            "Analyses on an SQL engine need libraries that are not installed.",
            remedy="Install them: pip install 'taktloom[sql]', and the driver of your engine.",
        )


class SqlTableRefusedError(InputRefusedError):
    """The engine or the table cannot be analysed; `reason` is a stable name."""

    code = "TL-2191"

    def __init__(self, reason: str, cause: str, remedy: str) -> None:
        super().__init__(cause, NOWHERE, remedy, {"reason": reason})
        self.args = (reason, cause, remedy)
        self.reason = reason
