# SPDX-License-Identifier: Apache-2.0
"""Random tokens: sessions, one-time links, API keys. Only their hash is stored.

256 random bits cannot be guessed, so a plain SHA-256 is enough; slow hashes are for what people choose.
"""

import hashlib
import hmac
import secrets

KEY_PREFIX = "tk_"
_SHOWN = 11  # of a key: `tk_` and 8 characters, to tell keys apart


def make_token() -> str:
    """A new random token, safe in URLs."""
    return secrets.token_urlsafe(32)


def make_key() -> str:
    """A new API key."""
    return KEY_PREFIX + secrets.token_urlsafe(32)


def make_id() -> str:
    """A new random id of a user or account."""
    return secrets.token_hex(8)


def hash_token(token: str) -> str:
    """What is stored of a token or key, hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def shown_part(key: str) -> str:
    """The part of a key that lists may show."""
    return key[:_SHOWN]


def csrf_token(session_token: str) -> str:
    """The CSRF token that belongs to a session: derived, so that nothing more needs to be stored."""
    return hmac.new(session_token.encode(), b"taktloom csrf", hashlib.sha256).hexdigest()


def is_same(left: str, right: str) -> bool:
    """Compare two tokens without telling by time how much of them agrees."""
    return hmac.compare_digest(left.encode(), right.encode())
