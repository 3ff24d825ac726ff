# SPDX-License-Identifier: Apache-2.0
"""Passwords: argon2id (RFC 9106, the second recommended option, argon2-cffi's default), and what is refused.

An unknown user costs as much time as a wrong password, so that answers do not tell which names exist.
The hashing library is loaded with the first password: no command and no start of a server waits for it.
"""

import threading
from functools import cache
from typing import TYPE_CHECKING

from taktloom.model.errors import InputRefusedError

if TYPE_CHECKING:
    from argon2 import PasswordHasher

MIN_LENGTH = 10
MAX_LENGTH = 1000
AT_A_TIME = 4


class WeakPasswordError(InputRefusedError):
    """The password is too short, too long or the user's own name."""

    code = "TL-2411"


class Passwords:
    """Makes and checks password hashes, a few at a time: each takes 64 MiB while it is computed."""

    def __init__(self, hasher: "PasswordHasher | None" = None) -> None:
        self._given = hasher
        self._places = threading.BoundedSemaphore(AT_A_TIME)

    def make_hash(self, password: str, *, username: str) -> str:
        """The hash to keep. Raises WeakPasswordError."""
        require_strong(password, username=username)
        with self._places:
            return (self._given or _strong_hasher()).hash(password)

    def is_right(self, password: str, password_hash: str | None) -> bool:
        """Whether *password* fits; with no hash the same work is done and the answer is no."""
        from argon2.exceptions import InvalidHashError, VerificationError

        hasher = self._given or _strong_hasher()
        try:
            with self._places:
                hasher.verify(password_hash or _decoy(hasher), password)
        except (VerificationError, InvalidHashError):
            return False
        return password_hash is not None


def require_strong(password: str, *, username: str) -> None:
    """Raise WeakPasswordError unless *password* has 10 to 1000 characters and is not the user's name."""
    if MIN_LENGTH <= len(password) <= MAX_LENGTH and password.casefold() != username.casefold():
        return
    raise WeakPasswordError(
        f"The password must have {MIN_LENGTH} to {MAX_LENGTH} characters and differ from the user name.",
        remedy="Choose a longer one; a few words in a row are fine.",
        parameters={"min": str(MIN_LENGTH), "max": str(MAX_LENGTH)},
    )


@cache
def _strong_hasher() -> "PasswordHasher":
    from argon2 import PasswordHasher

    return PasswordHasher()


@cache
def _decoy(hasher: "PasswordHasher") -> str:
    return hasher.hash("no user has this password")
