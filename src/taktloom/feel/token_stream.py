# SPDX-License-Identifier: Apache-2.0
"""The tokens with a cursor and the stack of known names: what both the expression and the type parser read from."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.lexer import Token, TokenKind, may_be_in_name, normalize_name, tokenize
from taktloom.feel.scope import NameTable, Scope

__all__ = ["KEYWORDS", "TokenStream"]

KEYWORDS = frozenset(
    {"if", "then", "else", "for", "in", "return", "some", "every", "satisfies", "between", "and", "or"}
    | {"instance", "of", "function", "true", "false", "null"}
)


class TokenStream:
    """Cursor over the tokens of one text."""

    __slots__ = ("index", "known_members", "members", "names", "text", "tokens", "types", "use_members")

    def __init__(self, text: str, scope: Scope, built_ins: NameTable) -> None:
        self.text = text
        self.tokens = tokenize(text)
        self.index = 0
        known = scope.tables()
        self.names = [built_ins, known.names]
        self.members = NameTable()  # entries of contexts in the text itself
        self.known_members = (*known.members, self.members)
        self.types = known.types
        self.use_members = False

    @property
    def current(self) -> Token:
        """The next token to be read."""
        return self.tokens[self.index]

    @property
    def previous_end(self) -> int:
        """Where the last token read ended."""
        return self.tokens[self.index - 1].end if self.index else 0

    def error(self, message: str, token: Token | None = None) -> FeelSyntaxError:
        """A syntax error at *token* (the current one by default)."""
        return FeelSyntaxError(message, self.text, (token or self.current).start)

    def unexpected(self, wanted: str) -> FeelSyntaxError:
        """A syntax error that names what was found and what was expected."""
        token = self.current
        found = "the end" if token.kind is TokenKind.END else f"{self.text[token.start : token.end]!r}"
        return self.error(f"Expected {wanted}, found {found}")

    def at_symbol(self, *texts: str) -> bool:
        """Whether one of these symbols comes next."""
        token = self.current
        return token.kind is TokenKind.SYMBOL and token.text in texts

    def at_word(self, word: str, ahead: int = 0) -> bool:
        """Whether this word comes next (or *ahead* tokens later)."""
        token = self.tokens[min(self.index + ahead, len(self.tokens) - 1)]
        return token.kind is TokenKind.NAME and token.text == word

    def take(self) -> Token:
        """Read one token."""
        token = self.current
        self.index += token.kind is not TokenKind.END
        return token

    def take_symbol(self, text: str) -> bool:
        """Read this symbol if it comes next."""
        if self.at_symbol(text):
            self.index += 1
            return True
        return False

    def require_symbol(self, text: str) -> Token:
        """Read this symbol or raise."""
        if not self.at_symbol(text):
            raise self.unexpected(f"{text!r}")
        return self.take()

    def require_word(self, word: str) -> Token:
        """Read this keyword or raise."""
        if not self.at_word(word):
            raise self.unexpected(f"{word!r}")
        return self.take()

    def known_name(self) -> tuple[int, str] | None:
        """Length and spelling of the longest known name here; inner scopes win over outer ones of the same length."""
        return self._longest([*self.names, *self.known_members] if self.use_members else self.names)

    def _longest(self, tables: Iterable[NameTable]) -> tuple[int, str] | None:
        best: tuple[int, str] | None = None
        for table in tables:
            found = table.match(self.tokens, self.index)
            if found is not None and (best is None or found[0] >= best[0]):
                best = found
        return best

    def name_until(self, *, symbol: str = "", word: str = "") -> str:
        """Read a name that is being declared: everything up to *symbol* or *word*."""
        first = self.current
        if first.kind is not TokenKind.NAME:
            raise self.unexpected("a name")
        while not self._ends_name(symbol, word):
            if not may_be_in_name(self.current):
                raise self.unexpected("a name")
            self.index += 1
        if self.current is first:
            raise self.unexpected("a name")
        return normalize_name(self.text[first.start : self.previous_end])

    def names_argument(self) -> bool:
        """Whether a named argument (`start position: 2`) stands here."""
        if self.current.kind is not TokenKind.NAME:
            return False
        for token in self.tokens[self.index : self.index + 40]:
            if token.kind is TokenKind.SYMBOL and token.text == ":":
                return True
            if not may_be_in_name(token):
                return False
        return False

    def unknown_name(self) -> str:
        """Read a name nobody declared: all plain words that follow each other."""
        first = self.take()
        while self.current.kind is TokenKind.NAME and self.current.text not in KEYWORDS:
            self.index += 1
        return normalize_name(self.text[first.start : self.previous_end])

    def member_name(self) -> str:
        """Read what follows a dot."""
        if self.current.kind is not TokenKind.NAME:
            raise self.unexpected("a name")
        found = self._longest(self.known_members)
        if found is None:
            return self.unknown_name()
        self.index += found[0]
        return found[1]

    @contextmanager
    def declaring(self, names: Iterable[str] = ()) -> Iterator[NameTable]:
        """Open an inner scope."""
        table = NameTable(names)
        self.names.append(table)
        try:
            yield table
        finally:
            self.names.pop()

    def _ends_name(self, symbol: str, word: str) -> bool:
        return self.at_symbol(*symbol.split()) if symbol else self.at_word(word)
