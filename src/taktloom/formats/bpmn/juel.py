# SPDX-License-Identifier: Apache-2.0
"""JUEL, the expression language of Camunda 7 models, to FEEL.

Translated: comparisons (symbols and words), `and`/`or`/`not`, `empty`, arithmetic, property paths, items of lists and
contexts, literals, the conditional operator, `execution.getVariable('x')`, and texts with expressions inside. All else
(method calls, beans, lambdas) has no equivalent and is named. Nothing is ever evaluated here.
Source: Expression Language Specification 3.0, chapter 1; DMN 1.5, chapter 10.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Translation", "is_juel", "translate_juel"]

MAX_LENGTH = 10_000
MAX_DEPTH = 40
MAX_EXPONENT = 30
_MARK = re.compile(r"[$#]\{")
_TOKEN = re.compile(
    r"\s*(?:(?P<number>\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<string>'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")"
    r"|(?P<name>[^\W\d]\w*)|(?P<sign>&&|\|\||==|!=|<=|>=|[-+*/%<>!?:.,()\[\]]))"
)
_WORDS = {"eq": "=", "ne": "!=", "lt": "<", "gt": ">", "le": "<=", "ge": ">=", "==": "="}
_EQUALITIES = frozenset({"=", "!="})
_RELATIONS = frozenset({"<", ">", "<=", ">="})
_COUNTS = {  # of multi-instance activities; the standard has other names for them
    "nrOfInstances": "numberOfInstances",
    "nrOfActiveInstances": "numberOfActiveInstances",
    "nrOfCompletedInstances": "numberOfCompletedInstances",
}
_FEEL_WORDS = frozenset(
    {"between", "else", "every", "for", "function", "if", "in", "return", "satisfies", "some", "then"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """FEEL text without leading `=`, or None and the problem in a few words."""

    feel: str | None
    problem: str = ""


class _Untranslatable(Exception):
    """Inside this module only: why there is no equivalent."""


def is_juel(text: str) -> bool:
    """Whether the text has a `${…}` or `#{…}`."""
    return _MARK.search(text) is not None


def translate_juel(text: str) -> Translation:
    """One expression, or a text with expressions inside, which becomes a FEEL string."""
    try:
        if len(text) > MAX_LENGTH:
            raise _Untranslatable(f"it is longer than {MAX_LENGTH} characters")
        parts = _parts(text)
        if len(parts) == 1 and parts[0][0]:
            return Translation(feel=_Parser(parts[0][1]).whole())
        pieces = [f"string({_Parser(part).whole()})" if inside else _quoted(part) for inside, part in parts]
        return Translation(feel=" + ".join(pieces))
    except _Untranslatable as reason:
        return Translation(feel=None, problem=str(reason))


def _parts(text: str) -> list[tuple[bool, str]]:
    """The text cut into (True, expression) and (False, plain text), blank ends left out."""
    found: list[tuple[bool, str]] = []
    rest = text.strip()
    while rest:
        mark = _MARK.search(rest)
        if mark is None:
            return [*found, (False, rest)]
        if mark.start():
            found.append((False, rest[: mark.start()]))
        end = _closing(rest, mark.end())
        found.append((True, rest[mark.end() : end]))
        rest = rest[end + 1 :]
    return found


def _closing(text: str, start: int) -> int:
    quote = ""
    position = start
    while position < len(text):
        letter = text[position]
        if quote:
            if letter == "\\":
                position += 1
            elif letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == "}":
            return position
        position += 1
    raise _Untranslatable("its closing brace is missing")


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")
    return '"' + escaped.replace("\t", "\\t") + '"'


def _tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    position, end = 0, len(text.rstrip())
    while position < end:
        match = _TOKEN.match(text, position)
        if match is None:
            raise _Untranslatable(f"'{text[position:].strip()[:20]}' is not understood")
        kind = match.lastgroup or ""
        found.append((kind, match.group(kind)))
        position = match.end()
    return found


class _Parser:
    """Recursive descent over one expression; each method gives FEEL text, in parentheses where order could matter."""

    def __init__(self, text: str) -> None:
        self.tokens, self.position, self.depth = _tokens(text), 0, 0

    def whole(self) -> str:
        found = self._conditional()
        if self.position < len(self.tokens):
            raise _Untranslatable(f"'{self.tokens[self.position][1]}' is not understood")
        return found

    def _peek(self) -> str:
        if self.position >= len(self.tokens):
            return ""
        kind, text = self.tokens[self.position]
        return "" if kind == "string" else text

    def _take(self, *texts: str) -> str:
        found = self._peek()
        if found and found in texts:
            self.position += 1
            return found
        return ""

    def _need(self, text: str) -> None:
        if not self._take(text):
            raise _Untranslatable(f"'{text}' is missing")

    def _conditional(self) -> str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Untranslatable(f"it is nested more than {MAX_DEPTH} deep")
        condition = self._or()
        if self._take("?"):
            yes = self._conditional()
            self._need(":")
            condition = f"(if {condition} then {yes} else {self._conditional()})"
        self.depth -= 1
        return condition

    def _or(self) -> str:
        found = self._and()
        while self._take("||", "or"):
            found = " or ".join((found, self._and()))
        return found

    def _and(self) -> str:
        found = self._equality()
        while self._take("&&", "and"):
            found = " and ".join((found, self._equality()))
        return found

    def _equality(self) -> str:
        return self._compared(_EQUALITIES, self._relation)

    def _relation(self) -> str:
        return self._compared(_RELATIONS, self._sum)

    def _compared(self, signs: frozenset[str], operand: Callable[[], str]) -> str:
        """FEEL has one level of comparisons and no chains: a comparison inside another is put in parentheses."""
        first = self.position
        found = operand()
        while (sign := _WORDS.get(self._peek(), self._peek())) in signs:
            found = self._enclosed(found, first)
            self.position += 1
            first = self.position
            found = f"{found} {sign} {self._enclosed(operand(), first)}"
            first = -1
        return found

    def _enclosed(self, found: str, first: int) -> str:
        """In parentheses if what was read since token *first* (-1: already a comparison) compares at its own level."""
        depth = 0
        for _, text in self.tokens[first : self.position] if first >= 0 else ():
            depth += (text in "([") - (text in ")]")
            if depth == 0 and _WORDS.get(text, text) in _EQUALITIES | _RELATIONS:
                return f"({found})"
        return f"({found})" if first < 0 else found

    def _sum(self) -> str:
        found = self._product()
        while sign := self._take("+", "-"):
            found = f"{found} {sign} {self._product()}"
        return found

    def _product(self) -> str:
        found = self._unary()
        while sign := self._take("*", "/", "div", "%", "mod"):
            right = self._unary()
            found = (
                f"modulo({found}, {right})"
                if sign in {"%", "mod"}
                else f"{found} {'*' if sign == '*' else '/'} {right}"
            )
        return found

    def _unary(self) -> str:
        if self._take("!", "not"):
            return f"not({self._nested_unary()})"
        if self._take("empty"):
            value = self._nested_unary()
            return f'list contains([null, "", [], {{}}], {value})'
        if self._take("-"):
            return f"-{self._nested_unary()}"
        return self._path()

    def _nested_unary(self) -> str:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise _Untranslatable(f"it is nested more than {MAX_DEPTH} deep")
        found = self._unary()
        self.depth -= 1
        return found

    def _path(self) -> str:
        found = self._primary()
        while True:
            if self._take("."):
                found = f"{found}.{self._name()}"
                if self._peek() == "(":
                    raise _Untranslatable("a method is called")
            elif self._take("["):
                found = self._item(found)
            else:
                return found

    def _item(self, owner: str) -> str:
        kind, text = self.tokens[self.position] if self.position < len(self.tokens) else ("", "")
        self.position += 1
        self._need("]")
        if kind == "number" and text.isdigit():
            return f"{owner}[{int(text) + 1}]"  # FEEL counts from one
        if kind == "string" and _unquoted(text).isidentifier():
            return f"{owner}.{_unquoted(text)}"
        raise _Untranslatable("an item is chosen by an expression")

    def _name(self) -> str:
        kind, text = self.tokens[self.position] if self.position < len(self.tokens) else ("", "")
        if kind != "name":
            raise _Untranslatable("a name is missing")
        if text in _FEEL_WORDS:
            raise _Untranslatable(f"'{text}' is a word of FEEL")
        self.position += 1
        return text

    def _primary(self) -> str:
        if self.position >= len(self.tokens):
            raise _Untranslatable("it ends too early")
        kind, text = self.tokens[self.position]
        if kind == "number":
            self.position += 1
            return _number(text)
        if kind == "string":
            self.position += 1
            return _quoted(_unquoted(text))
        if self._take("("):
            inner = self._conditional()
            self._need(")")
            return f"({inner})"
        if text in {"true", "false", "null"}:
            self.position += 1
            return text
        return self._variable()

    def _variable(self) -> str:
        name = self._name()
        if name == "execution":
            return self._execution()
        if self._peek() == "(" or (self._peek() == ":" and self._is_function()):
            raise _Untranslatable(f"the function '{name}' is called")
        return _COUNTS.get(name, name)

    def _is_function(self) -> bool:
        """`prefix:name(` is a function; the `:` of a conditional is followed by anything else."""
        rest = self.tokens[self.position + 1 : self.position + 3]
        return len(rest) == 2 and rest[0][0] == "name" and rest[1][1] == "("

    def _execution(self) -> str:
        """`execution.getVariable('x')` is the variable x."""
        given = [text for _, text in self.tokens[self.position : self.position + 5]]
        kinds = [kind for kind, _ in self.tokens[self.position : self.position + 5]]
        if len(given) == 5 and given[:3] == [".", "getVariable", "("] and kinds[3] == "string" and given[4] == ")":
            name = _unquoted(given[3])
            if name.isidentifier():
                self.position += 5
                return name
        raise _Untranslatable("it asks the engine's execution")


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _number(text: str) -> str:
    _, _, exponent = text.lower().partition("e")
    if exponent and abs(int(exponent)) > MAX_EXPONENT:
        raise _Untranslatable(f"its exponent is greater than {MAX_EXPONENT}")
    return f"{Decimal(text):f}" if exponent else text
