# SPDX-License-Identifier: Apache-2.0
"""What the machine refuses, behind errors that nobody foresaw: a path, a full disk, a locked database file."""

import errno

import apsw

from taktloom.model.errors import IncidentError
from taktloom.model.places import NOWHERE, Place

_SHOWN_NAME = 200
_PASSING = frozenset({"ENOSPC", "EDQUOT", "EROFS", "EIO", "EMFILE", "ENFILE", "ENOMEM", "EACCES", "EPERM"})
_STORE = (
    apsw.FullError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.NoMemError,
)


class SystemRefusalError(IncidentError):
    """The machine refuses: a path that cannot be, no permission, no space left, a device that fails."""

    code = "TL-3904"


def machine_refusal(error: BaseException) -> SystemRefusalError | None:
    """What stands behind *error* where it comes from the machine; None where it does not. The place is the file."""
    if isinstance(error, _STORE):
        return SystemRefusalError(
            f"The machine refuses it: {error}.", NOWHERE, "Look at the data folder: its permissions and the space left."
        )
    if isinstance(error, OSError) and error.strerror:
        name = str(error.filename or "")
        return SystemRefusalError(
            f"The machine refuses it: {error.strerror}.",
            Place(source=name[:_SHOWN_NAME]) if name else NOWHERE,
            "Look at the path, its permissions and the space left.",
        )
    return None


def refusal_for_others(error: BaseException) -> SystemRefusalError | None:
    """As machine_refusal, for callers from elsewhere: only what an operator can end, and no names of files."""
    if isinstance(error, OSError) and errno.errorcode.get(error.errno or 0) not in _PASSING:
        return None
    found = machine_refusal(error)
    return found if found is None else SystemRefusalError(found.cause, NOWHERE, found.remedy)
