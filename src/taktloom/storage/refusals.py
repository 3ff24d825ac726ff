# SPDX-License-Identifier: Apache-2.0
"""What can go wrong with a database server, and what an error of its driver means for the one who writes."""

from enum import Enum

from taktloom.model.errors import IncidentError, InputRefusedError


class MissingDriverError(IncidentError):
    """The package that speaks to this kind of database is not installed."""

    code = "TL-3604"


class ConnectionLostError(IncidentError):
    """The database server is gone or has ended the connection; nothing of the change in hand was kept."""

    code = "TL-3605"


class UnsafeCommitError(IncidentError):
    """The server acknowledges commits that are not on disk, although the sync level is `full`."""

    code = "TL-3606"


class QueryTooLongError(IncidentError):
    """A query took longer than the settings allow and was ended."""

    code = "TL-3607"


class QueryRefusedError(IncidentError):
    """The database server answers no query now: another session holds a lock, or memory or disk space ran out."""

    code = "TL-3609"


class UnstorableValueError(InputRefusedError):
    """A whole number outside 64 bits, or a text that is not valid Unicode or, on a server, holds NUL."""

    code = "TL-3608"


class Refusal(Enum):
    """What an error of a driver means.

    Another writer was first, somebody holds a lock for too long, the connection is gone, or the store says no.
    """

    CONFLICT = "conflict"
    HELD = "held"
    LOST = "lost"
    REFUSED = "refused"


def unstorable() -> UnstorableValueError:
    """The refusal of a value, which it does not quote."""
    return UnstorableValueError(
        "No row can hold one of the values: a whole number beyond 64 bits, half of a character, or the character NUL.",
        remedy="Send whole numbers below 9,223,372,036,854,775,808 and text in valid Unicode.",
    )


def require_storable(text: str | None) -> None:
    """Raise UnstorableValueError for a text that a row of one of the stores could not hold."""
    if text is None or (text.isascii() and "\0" not in text):
        return
    try:
        text.encode()
    except UnicodeEncodeError as error:
        raise unstorable() from error
    if "\0" in text:
        raise unstorable()
