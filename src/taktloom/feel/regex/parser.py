# SPDX-License-Identifier: Apache-2.0
"""Pattern text to syntax; what XPath rejects raises PatternError (bare `{`, unknown escapes, open groups)."""

from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias

from taktloom.feel.regex.characters import CharacterSet, category_set, escape_set, variants

__all__ = [
    "MAX_REPEATS",
    "Alternatives",
    "Anchor",
    "BackReference",
    "Characters",
    "Group",
    "PatternError",
    "Regex",
    "Repeat",
    "Sequence",
    "parse_pattern",
]

MAX_REPEATS = 1_000
_MAX_DEPTH = 50
_MAX_PATTERN = 10_000
_SINGLE_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", **{c: c for c in "\\|.?*+(){}-[]^$"}}
_SPACE = " \t\n\r"


class PatternError(ValueError):
    """The pattern or its flags are none of XPath's."""


class Anchor(Enum):
    """`^` and `$`"""

    START = "^"
    END = "$"


@dataclass(frozen=True, slots=True)
class Characters:
    """One character out of a set."""

    contains: CharacterSet


@dataclass(frozen=True, slots=True)
class BackReference:
    """`\\1`"""

    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """`( )`; *number* is None for `(?: )`."""

    number: int | None
    body: "Regex"


@dataclass(frozen=True, slots=True)
class Repeat:
    """A quantifier; *most* is None for no bound."""

    body: "Regex"
    least: int
    most: int | None
    is_greedy: bool


@dataclass(frozen=True, slots=True)
class Sequence:
    """One after the other."""

    parts: "tuple[Regex, ...]"


@dataclass(frozen=True, slots=True)
class Alternatives:
    """`a|b`"""

    branches: "tuple[Regex, ...]"


Regex: TypeAlias = Characters | BackReference | Anchor | Group | Repeat | Sequence | Alternatives


def parse_pattern(text: str, flags: str) -> tuple[Regex, int]:
    """The syntax and the number of capturing groups. flags: any of `s m i x` (`q` is the caller's)."""
    if len(text) > _MAX_PATTERN:
        raise PatternError("the pattern is too long")
    parser = _Parser(_without_space(text) if "x" in flags else text, "i" in flags, "s" in flags)
    form = parser.alternatives(0)
    if parser.index < len(parser.text):
        raise PatternError("unbalanced parenthesis")
    return form, parser.groups


def _without_space(text: str) -> str:
    """The flag `x`: white space outside of character classes does not count."""
    kept, depth, index = [], 0, 0
    while index < len(text):
        character = text[index]
        if character == "\\":  # white space between the backslash and what it escapes does not count either
            index += 1 + len(text[index + 1 :]) - len(text[index + 1 :].lstrip(_SPACE))
            kept.append("\\" + text[index : index + 1])
            index += 1
            continue
        depth += (character == "[") - (character == "]" and depth > 0)
        if depth or character not in _SPACE:
            kept.append(character)
        index += 1
    return "".join(kept)


class _Parser:
    def __init__(self, text: str, ignores_case: bool, dot_is_all: bool) -> None:  # noqa: FBT001
        self.text, self.index = text, 0
        self.ignores_case, self.dot_is_all = ignores_case, dot_is_all
        self.groups = 0
        self.closed: set[int] = set()

    def peek(self) -> str:
        return self.text[self.index : self.index + 1]

    def take(self) -> str:
        if self.index >= len(self.text):
            raise PatternError("the pattern ends too early")
        self.index += 1
        return self.text[self.index - 1]

    def alternatives(self, depth: int) -> Regex:
        if depth > _MAX_DEPTH:
            raise PatternError("nested too deeply")
        branches = [self._sequence(depth)]
        while self.peek() == "|":
            self.take()
            branches.append(self._sequence(depth))
        return branches[0] if len(branches) == 1 else Alternatives(tuple(branches))

    def _sequence(self, depth: int) -> Regex:
        parts: list[Regex] = []
        while self.peek() not in {"", "|", ")"}:
            parts.append(self._quantified(self._atom(depth)))
        return Sequence(tuple(parts))

    def _quantified(self, atom: Regex) -> Regex:
        bounds = self._quantifier()
        if bounds is None:
            return atom
        if isinstance(atom, Anchor):
            raise PatternError("an anchor cannot be repeated")
        is_greedy = self.peek() != "?"
        if not is_greedy:
            self.take()
        least, most = bounds
        return Repeat(atom, least, most, is_greedy)

    def _quantifier(self) -> tuple[int, int | None] | None:
        character = self.peek()
        simple: dict[str, tuple[int, int | None]] = {"?": (0, 1), "*": (0, None), "+": (1, None)}
        if character in simple:
            self.take()
            return simple[character]
        if character != "{":
            return None
        end = self.text.find("}", self.index)
        if end < 0:
            raise PatternError("'{' without '}'")
        least, comma, most = self.text[self.index + 1 : end].partition(",")
        self.index = end + 1
        if not _is_number(least) or (most and not _is_number(most)):
            raise PatternError("not a quantifier")
        bounds = int(least), (int(most) if most else None) if comma else int(least)
        if bounds[1] is not None and bounds[1] < bounds[0]:
            raise PatternError("the quantifier's bounds are the wrong way round")
        if bounds[0] > MAX_REPEATS:
            raise PatternError("too many repetitions")
        return bounds

    def _atom(self, depth: int) -> Regex:
        character = self.take()
        if character == "(":
            return self._group(depth)
        if character == "[":
            return Characters(self._character_class(0))
        if character == "\\":
            return self._escape()
        if character == ".":
            return Characters((lambda c: True) if self.dot_is_all else (lambda c: c not in "\n\r"))
        if character in "^$":
            return Anchor(character)
        if character in "?*+{}]":
            raise PatternError(f"{character!r} must be escaped here")
        return Characters(self._literal(character))

    def _group(self, depth: int) -> Regex:
        number: int | None = None
        if self.peek() == "?":
            self.take()
            if self.take() != ":":
                raise PatternError("'(?' must be followed by ':'")
        else:
            self.groups += 1
            number = self.groups
        body = self.alternatives(depth + 1)
        if self.peek() != ")":
            raise PatternError("'(' without ')'")
        self.take()
        if number is not None:
            self.closed.add(number)
        return Group(number, body)

    def _escape(self) -> Regex:
        character = self.peek()
        if character and character in "123456789":
            return self._back_reference()
        return Characters(self._escaped_set())

    def _back_reference(self) -> Regex:
        number = int(self.take())
        if number not in self.closed:
            raise PatternError("a reference to a group that is not closed yet")
        while self.peek().isascii() and self.peek().isdigit() and number * 10 + int(self.peek()) <= self.groups:
            number = number * 10 + int(self.take())
            if number not in self.closed:
                raise PatternError("a reference to a group that is not closed yet")
        return BackReference(number)

    def _escaped_set(self) -> CharacterSet:
        character = self.take()
        if character in _SINGLE_ESCAPES:
            return self._literal(_SINGLE_ESCAPES[character])
        if character in "pP":
            return self._category(negated=character == "P")
        found = escape_set(character)
        if found is None:
            raise PatternError(f"unknown escape {character!r}")
        return found

    def _category(self, *, negated: bool) -> CharacterSet:
        end = self.text.find("}", self.index)
        if self.peek() != "{" or end < 0:
            raise PatternError("a category needs braces")
        found = category_set(self.text[self.index + 1 : end])
        self.index = end + 1
        if found is None:
            raise PatternError("unknown category or block")
        return (lambda c: not found(c)) if negated else found

    def _literal(self, character: str) -> CharacterSet:
        if not self.ignores_case:
            return lambda c: c == character
        accepted = variants(character)
        return lambda c: c in accepted or not accepted.isdisjoint(variants(c))

    def _character_class(self, depth: int) -> CharacterSet:
        if depth > _MAX_DEPTH:
            raise PatternError("nested too deeply")
        negated = self.peek() == "^"
        if negated:
            self.take()
        parts, removed = self._class_parts(depth)

        def contains(character: str) -> bool:
            inside = any(part(character) for part in parts) != negated
            return inside and (removed is None or not removed(character))

        return contains

    def _class_parts(self, depth: int) -> tuple[list[CharacterSet], CharacterSet | None]:
        parts: list[CharacterSet] = []
        while True:
            character = self.take()
            if character == "]" and parts:
                return parts, None
            if character == "-" and self.peek() == "[" and parts:
                self.take()
                removed = self._character_class(depth + 1)
                if self.take() != "]":
                    raise PatternError("a subtraction ends its class")
                return parts, removed
            if character in "[]":
                raise PatternError(f"{character!r} must be escaped in a class")
            parts.append(self._class_part(character))

    def _class_part(self, character: str) -> CharacterSet:
        if character == "\\" and self.peek() not in _SINGLE_ESCAPES:
            return self._escaped_set()
        first = _SINGLE_ESCAPES[self.take()] if character == "\\" else character
        if self.peek() != "-" or self.text[self.index + 1 : self.index + 2] in {"]", "["}:
            return self._literal(first)
        self.take()
        last = self.take()
        if last == "\\":
            escape = self.take()
            if escape not in _SINGLE_ESCAPES:
                raise PatternError("a range ends in one character")
            last = _SINGLE_ESCAPES[escape]
        if last < first:
            raise PatternError("the range is the wrong way round")
        if not self.ignores_case:
            return lambda c: first <= c <= last
        return lambda c: any(first <= form <= last for form in variants(c))


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 10
