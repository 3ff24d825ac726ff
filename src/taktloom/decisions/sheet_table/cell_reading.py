# SPDX-License-Identifier: Apache-2.0
"""Texts of sheet cells to FEEL: what people write in spreadsheets, read by the type of the column.

Each reader gives FEEL and how it came to it (None: as it stands), or nothing where it does not understand the text.
`feel: …` before a text keeps what follows as it is.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass

from taktloom.feel.compiler import BUILT_IN_NAMES, unknown_names
from taktloom.feel.errors import FeelSyntaxError
from taktloom.feel.kinds import feel_text
from taktloom.feel.parser import parse_expression, parse_unary_tests
from taktloom.feel.scope import Scope
from taktloom.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time
from taktloom.formats.sheets import CellKind, SheetCell

__all__ = ["CellReader", "Reading", "infer_type"]

_TRUE = frozenset({"true", "yes", "y", "wahr", "ja", "是", "真"})
_FALSE = frozenset({"false", "no", "n", "falsch", "nein", "否", "假"})
_KEEP = re.compile(r"feel\s*[:：]\s*(.+)", re.IGNORECASE | re.DOTALL)
_COMPARED = re.compile(r"(<=|>=|<>|!=|<|>|=|≤|≥|≠)\s*(.+)", re.DOTALL)
_SIGNS = {"≤": "<=", "≥": ">=", "≠": "<>"}
_BETWEEN = re.compile(r"(?:between\s+)?(.+?)\s*(\.\.|–|—|~|\bto\b|\band\b|至|到)\s*(.+)", re.IGNORECASE | re.DOTALL)
_DASH = re.compile(r"(\S+?)\s*-\s*(\S+)")
_BRACKETED = re.compile(r"([\[(\]])\s*(.+?)\s*\.\.\s*(.+?)\s*([\])\[])", re.DOTALL)
_NOT = re.compile(r"not\s*\((.*)\)", re.IGNORECASE | re.DOTALL)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d+)?|\.\d+)")
_COMMA_NUMBER = re.compile(r"[+-]?(\d+(,\d+)?|,\d+)")
_GROUPED = re.compile(r"[+-]?\d{1,3}([,.' ]\d{3})+([.,]\d+)?")
_QUOTED_LIST = re.compile(r'\s*"(?:[^"\\]|\\.)*"(\s*,\s*"(?:[^"\\]|\\.)*")*\s*')


@dataclass(frozen=True, slots=True)
class Reading:
    """FEEL for a cell, and how it was understood; how None: it stands as it was."""

    feel: str
    how: str | None = None


class CellReader:
    """Reads the cells of one column. type_ref: a built-in type, None for any."""

    def __init__(self, type_ref: str | None, scope: Scope, *, decimal_comma: bool) -> None:
        self._type, self._scope = type_ref, scope
        self._comma = decimal_comma
        self._value = _VALUES.get(type_ref or "", _any_value)

    def tests(self, cell: SheetCell | None) -> Reading | None:
        """Unary tests for an input cell; None where it is not understood."""
        if cell is None or cell.text in {"-", "–", "—"}:
            return Reading("-", None if cell is None or cell.text == "-" else "any")
        kept = _KEEP.fullmatch(cell.text)
        if kept is not None:
            return self._checked(kept[1].strip(), "feel", self._are_tests)
        found = self._native(cell) or self._written_tests(cell.text)
        return self._checked(found.feel, found.how, self._are_tests) if found is not None else None

    def expression(self, cell: SheetCell | None) -> Reading | None:
        """An expression for an output cell; None where it is not understood."""
        if cell is None:
            return Reading("")
        kept = _KEEP.fullmatch(cell.text)
        if kept is not None:
            return self._checked(kept[1].strip(), "feel", self._is_expression)
        found = self._native(cell) or self._value(cell.text, comma=self._comma)
        if found is None and self._type == "string":  # where only one value can stand, a comma is part of it
            found = Reading(feel_text(cell.text), "quoted")
        if found is None and not _GROUPED.fullmatch(cell.text):
            found = Reading(cell.text, "expression")
        return self._checked(found.feel, found.how, self._is_expression) if found is not None else None

    def _native(self, cell: SheetCell) -> Reading | None:
        """A cell that the spreadsheet itself keeps as a number, a boolean or a moment."""
        if cell.kind is CellKind.TEXT or cell.kind is CellKind.BROKEN:
            return None
        if self._type == "string":
            return Reading(feel_text(cell.text), "quoted")
        if cell.kind in {CellKind.NUMBER, CellKind.BOOLEAN}:
            fits = self._type in {None, "Any", cell.kind.value}
            return Reading(cell.text) if fits else None
        return self._value(cell.text, comma=False)

    def _written_tests(self, text: str) -> Reading | None:
        return (
            self._as_it_stands(text)
            or self._negated(text)
            or self._compared(text)
            or self._ranged(text)
            or self._listed(text)
        )

    def _as_it_stands(self, text: str) -> Reading | None:
        """Texts in quotes are FEEL already, and so is one value of the column's type."""
        if self._type in {"string", None, "Any"} and _QUOTED_LIST.fullmatch(text):
            return Reading(text)
        return self._value(text, comma=self._comma)

    def _negated(self, text: str) -> Reading | None:
        match = _NOT.fullmatch(text)
        if match is None:
            return None
        inner = self._written_tests(match[1].strip())
        return None if inner is None or "not(" in inner.feel else Reading(f"not({inner.feel})", inner.how)

    def _compared(self, text: str) -> Reading | None:
        match = _COMPARED.fullmatch(text)
        if match is None:
            return None
        value = self._value(match[2].strip(), comma=self._comma)
        sign = _SIGNS.get(match[1], match[1])
        if value is None or (self._type in {"string", "boolean"} and sign not in {"=", "<>", "!="}):
            return None
        if sign in {"=", "<>", "!="}:
            return Reading(value.feel if sign == "=" else f"not({value.feel})", "comparison")
        feel = f"{sign} {value.feel}"
        return Reading(feel, value.how or (None if match[1] in {"<", ">", "<=", ">="} else "comparison"))

    def _ranged(self, text: str) -> Reading | None:
        if self._type in {"string", "boolean"}:
            return None
        bracketed = _BRACKETED.fullmatch(text)
        if bracketed is not None:
            return self._range(bracketed[1], (bracketed[2], bracketed[3]), bracketed[4])
        match = _BETWEEN.fullmatch(text)
        if match is not None:
            return self._range("[", (match[1], match[3]), "]", how="range")
        dashed = next((one for one in re.finditer(r"(?<=[\d\s])-", text) if self._is_range(text, one.start())), None)
        if dashed is None:
            return None
        return self._range("[", (text[: dashed.start()], text[dashed.end() :]), "]", how="range")

    def _is_range(self, text: str, at: int) -> bool:
        return all(self._value(part.strip(), comma=self._comma) for part in (text[:at], text[at + 1 :]))

    def _range(self, opening: str, ends: tuple[str, str], closing: str, how: str | None = None) -> Reading | None:
        low, high = (self._value(end.strip(), comma=self._comma) for end in ends)
        if low is None or high is None:
            return None
        return Reading(f"{opening}{low.feel}..{high.feel}{closing}", how or low.how or high.how)

    def _listed(self, text: str) -> Reading | None:
        """Several tests, separated by commas (semicolons with decimal commas, and for texts either)."""
        separator = ";" if ";" in text or (self._comma and self._type != "string") else ","
        parts = [part.strip() for part in text.split(separator)]
        if len(parts) < 2 or not all(parts) or (separator == "," and _GROUPED.fullmatch(text)):
            return None
        found = [self._compared(part) or self._ranged(part) or self._value(part, comma=self._comma) for part in parts]
        if any(one is None for one in found):
            return None
        readings = [one for one in found if one is not None]
        how = next((one.how for one in readings if one.how), None) or (None if separator == "," else "list")
        return Reading(", ".join(one.feel for one in readings), "list" if how == "quoted" else how)

    def _checked(self, feel: str, how: str | None, is_feel: Callable[[str], bool]) -> Reading | None:
        return Reading(feel, how) if is_feel(feel) else None

    def _are_tests(self, text: str) -> bool:
        try:
            parse_unary_tests(text, self._scope, BUILT_IN_NAMES)
        except FeelSyntaxError:
            return False
        return True

    def _is_expression(self, text: str) -> bool:
        """FEEL that names nothing but the inputs and built-in functions."""
        try:
            return not unknown_names(parse_expression(text, self._scope, BUILT_IN_NAMES), self._scope)
        except FeelSyntaxError:
            return False


def infer_type(cells: list[SheetCell], *, decimal_comma: bool) -> str:
    """The type that all cells of a column can be read as: boolean, number, date and time, date, time, else text."""
    said = [cell for cell in cells if cell.text not in {"-", "–", "—"} and not _KEEP.fullmatch(cell.text)]
    for type_ref in _VALUES:
        if type_ref == "string" or not said:
            continue
        reader = CellReader(type_ref, Scope(), decimal_comma=decimal_comma)
        if all(reader.tests(cell) is not None for cell in said):
            return type_ref
    return "string" if said else "Any"


def _number(text: str, *, comma: bool) -> Reading | None:
    if comma and _COMMA_NUMBER.fullmatch(text):
        plain = text.replace(",", ".").removeprefix("+")
        return Reading(_completed(plain), "decimal-comma" if "," in text else None)
    if _NUMBER.fullmatch(text) and not (comma and "." in text):
        plain = _completed(text.removeprefix("+"))
        return Reading(plain, None if plain == text else "number")
    return None


def _completed(text: str) -> str:
    """`.5` is a number in FEEL too, but not to every reader."""
    return text.replace("-.", "-0.") if text.startswith("-.") else f"0{text}" if text.startswith(".") else text


def _boolean(text: str, *, comma: bool) -> Reading | None:
    word = text.lower()
    if word in {"true", "false"}:
        return Reading(word, None if word == text else "boolean-word")
    if word in _TRUE or word in _FALSE:
        return Reading("true" if word in _TRUE else "false", "boolean-word")
    return None


def _date(text: str, *, comma: bool) -> Reading | None:
    if _called("date", text):
        return Reading(text)
    return Reading(f'date("{text}")', "date") if parse_date(text) is not None else None


def _time(text: str, *, comma: bool) -> Reading | None:
    if _called("time", text):
        return Reading(text)
    full = f"{text}:00" if re.fullmatch(r"\d\d:\d\d", text) else text
    return Reading(f'time("{full}")', "time") if parse_time(full) is not None else None


def _date_time(text: str, *, comma: bool) -> Reading | None:
    if _called("date and time", text):
        return Reading(text)
    full = re.sub(r"^(\d{4}-\d\d-\d\d) (\d\d:\d\d(:\d\d)?)$", r"\1T\2", text)
    full = f"{full}:00" if re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d", full) else full
    full = f"{full}T00:00:00" if re.fullmatch(r"\d{4}-\d\d-\d\d", full) else full
    return Reading(f'date and time("{full}")', "date") if parse_date_time(full) is not None else None


def _duration(text: str, *, comma: bool) -> Reading | None:
    if _called("duration", text):
        return Reading(text)
    return Reading(f'duration("{text}")', "duration") if parse_duration(text) is not None else None


def _text(text: str, *, comma: bool) -> Reading | None:
    if _QUOTED_LIST.fullmatch(text):
        return Reading(text)
    if _COMPARED.fullmatch(text) or _NOT.fullmatch(text) or "," in text or ";" in text:
        return None
    return Reading(feel_text(text), "quoted")


def _any_value(text: str, *, comma: bool) -> Reading | None:
    return _number(text, comma=comma) or _text(text, comma=comma)


def _called(name: str, text: str) -> bool:
    return re.fullmatch(rf'{name}\s*\(\s*"[^"]*"\s*\)|@"[^"]*"', text) is not None


_Value = Callable[..., Reading | None]
_VALUES: dict[str, _Value] = {
    "boolean": _boolean,
    "number": _number,
    "date": _date,
    "date and time": _date_time,
    "time": _time,
    "days and time duration": _duration,
    "years and months duration": _duration,
    "string": _text,
}
