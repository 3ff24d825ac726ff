# SPDX-License-Identifier: Apache-2.0
"""Text to tokens. Names are *not* put together here: only the scope can tell the name `a - b` from the subtraction.

So a name with spaces or operators leaves the lexer as several tokens; `scope.py` matches the longest known sequence.
"""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

from taktloom.feel.errors import FeelSyntaxError

__all__ = [
    "MAX_TEXT",
    "Token",
    "TokenKind",
    "is_plain_name",
    "may_be_in_name",
    "name_parts",
    "normalize_name",
    "tokenize",
]

MAX_TEXT = 65_536  # characters of one expression

_START = (
    "?A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u167f\u1681-\u180d\u180f-\u1fff\u200c-\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufefe\uff00-\ufffd\U00010000-\U000effff"
)
_PART = _START + "0-9\u00b7\u0300-\u036f\u203f-\u2040"
_SPACE = "\t\n\x0b\x0c\r \x85\xa0\u1680\u180e\u2000-\u200b\u2028\u2029\u202f\u205f\u3000\ufeff"
_TOKEN = re.compile(
    rf"""(?P<space>[{_SPACE}]+|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*\*/)
    |(?P<number>(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)
    |(?P<name>[{_START}][{_PART}]*)
    |(?P<string>"(?:[^"\\]|\\.)*")
    |(?P<at>@[{_SPACE}]*"(?:[^"\\]|\\.)*")
    |(?P<symbol>\.\.|\*\*|<=|>=|!=|->|[()\[\]{{}},:.+\-*/=<>'\u2019])""".replace("\n    |", "|"),
    re.DOTALL,
)
_NAME_SYMBOLS = frozenset({".", "/", "-", "'", "\u2019", "+", "*", "**"})
_PLAIN_NAME = re.compile(rf"[{_START}][{_PART}]*(?: [{_START}][{_PART}]*)*")
_ESCAPE = re.compile(r"\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{6})|(.))", re.DOTALL)
_ESCAPED = {"n": "\n", "r": "\r", "t": "\t", '"': '"', "'": "'", "\\": "\\"}


class TokenKind(Enum):
    """What a token is; keywords are names here."""

    NUMBER = "number"
    NAME = "name"
    STRING = "string"
    AT = "at"
    SYMBOL = "symbol"
    END = "end"


_KINDS = {kind.value: kind for kind in TokenKind}


class Token(NamedTuple):
    """A piece of text; *text* of a string is its value without quotes and escapes."""

    kind: TokenKind
    text: str
    start: int
    end: int


def tokenize(text: str) -> list[Token]:
    """All tokens with an END token last; raises FeelSyntaxError with the position of what is no token."""
    if len(text) > MAX_TEXT:
        raise FeelSyntaxError(f"The expression is longer than {MAX_TEXT} characters", text, MAX_TEXT)
    tokens: list[Token] = []
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise FeelSyntaxError(f"The character {text[position]!r} has no meaning here", text, position)
        if match.lastgroup != "space":
            tokens.append(_token(match))
        position = match.end()
    tokens.append(Token(TokenKind.END, "", len(text), len(text)))
    return tokens


def is_plain_name(text: str) -> bool:
    """Whether *text* is words and single blanks: then it can stand as the key of a context without quotes."""
    return _PLAIN_NAME.fullmatch(text) is not None


@lru_cache(maxsize=8192)
def name_parts(name: str) -> tuple[str, ...]:
    """The token texts that a name consists of; raises FeelSyntaxError for what no expression could spell as a name.

    `Amount (EUR)` is taken too, though the standard has no brackets in names: tools write such names, and a bracket
    behind a blank is hardly ever meant as a call. `a<b`, `a,b` and `f(x)` are not: they would hide what they look like.
    """
    tokens = tokenize(name)[:-1]
    before = 0
    for index, token in enumerate(tokens):
        is_bracket = token.text == ")" or (token.text == "(" and token.start > before)
        if not (is_bracket or may_be_in_name(token)) or (index == 0 and token.kind is not TokenKind.NAME):
            raise FeelSyntaxError("This is no name", name, token.start)
        before = token.end
    return tuple(token.text for token in tokens)


def may_be_in_name(token: Token) -> bool:
    """Whether names may have this token after their first one (DMN 1.5, 10.3.1.2, rules 27 to 30)."""
    if token.kind is TokenKind.SYMBOL:
        return token.text in _NAME_SYMBOLS
    return token.kind in {TokenKind.NAME, TokenKind.NUMBER}


def normalize_name(name: str) -> str:
    """One spelling for all white space: single blanks, none at the ends."""
    return " ".join(name.split())


def _token(match: re.Match[str]) -> Token:
    kind = _KINDS[match.lastgroup or ""]
    text = match[0]
    if kind is TokenKind.STRING:
        text = _unescape(text[1:-1])
    elif kind is TokenKind.AT:
        text = _unescape(text[text.index('"') + 1 : -1])
    return Token(kind, text, match.start(), match.end())


def _unescape(text: str) -> str:
    if "\\" not in text:
        return text
    resolved = _ESCAPE.sub(_replacement, text)
    if any("\ud800" <= character <= "\udfff" for character in resolved):
        # two \u escapes may be the halves of one code point; a half alone becomes the replacement character
        resolved = resolved.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return resolved


def _replacement(match: re.Match[str]) -> str:
    code = match[1] or match[2]
    if code is not None:
        return chr(int(code, 16)) if int(code, 16) <= 0x10FFFF else match[0]
    return _ESCAPED.get(match[3], match[0])
