# SPDX-License-Identifier: Apache-2.0
"""Why an SQL engine or its table is refused.

MisuseError
├── SqlExtraMissingError    the libraries of the extra `sql` are not installed
InputRefusedError
└── SqlTableRefusedError    no such engine, table or column; times of another type; rows that cannot be events
LimitExceededError
└── SqlLimitError           the engine takes longer, or finds more rows, than is allowed
IncidentError
└── SqlConnectionError      a connection of the settings cannot be used as it is: an administrator has to look
"""

from taktloom.model.errors import IncidentError, InputRefusedError, LimitExceededError, MisuseError
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


class SqlLimitError(LimitExceededError):
    """An analysis on an SQL engine is over a limit: of `seconds`, `rows` or `cases`."""

    code = "TL-2192"

    def __init__(self, what: str, limit: int) -> None:
        causes = {
            "seconds": f"The engine was stopped after {limit} seconds.",
            "rows": f"The result has more than {limit} rows.",
        }
        super().__init__(
            causes[what],
            remedy="Filter the events, or let an administrator raise the limit of the connection.",
            parameters={"limit": str(limit)},
        )
        self.args = (what, limit)


class SqlConnectionError(IncidentError):
    """A connection of the settings cannot be used; `reason` is a stable name, and the server's log has the cause."""

    code = "TL-3190"

    def __init__(self, reason: str, cause: str) -> None:
        super().__init__(
            cause,
            NOWHERE,
            "Ask an administrator: the server's log tells the cause, and the settings may have to be mended.",
            {"reason": reason},
        )
        self.args = (reason, cause)
        self.reason = reason
