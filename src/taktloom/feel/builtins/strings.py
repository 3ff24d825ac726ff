# SPDX-License-Identifier: Apache-2.0
"""String functions (DMN 1.5, 10.3.4.3); positions count code points."""

from decimal import Decimal

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.kinds import FeelValue
from taktloom.feel.runtime import Run

__all__ = ["FUNCTIONS"]


def _substring(run: Run, text: str, start: Decimal, length: Decimal | None = None) -> FeelValue:
    run.require_characters(len(text))
    first = len(text) + 1 if start.copy_abs() > len(text) else int(start)
    if first == 0 or first > len(text):
        return None if first == 0 else ""
    begin = first - 1 if first > 0 else len(text) + first
    if length is None:
        return text[begin:]
    return None if length < 1 else text[begin : begin + int(min(length, Decimal(len(text))))]


def _string_length(run: Run, text: str) -> FeelValue:
    return Decimal(len(text))


def _upper_case(run: Run, text: str) -> FeelValue:
    run.require_characters(len(text))
    return text.upper()


def _lower_case(run: Run, text: str) -> FeelValue:
    run.require_characters(len(text))
    return text.lower()


def _substring_before(run: Run, text: str, match: str) -> FeelValue:
    run.require_characters(len(text))
    before, found, _ = text.partition(match) if match else ("", "", "")
    return before if found else ""


def _substring_after(run: Run, text: str, match: str) -> FeelValue:
    run.require_characters(len(text))
    if not match:
        return text
    return text.partition(match)[2]


def _contains(run: Run, text: str, match: str) -> FeelValue:
    run.require_characters(len(text))
    return match in text


def _starts_with(run: Run, text: str, match: str) -> FeelValue:
    run.require_characters(len(text))
    return text.startswith(match)


def _ends_with(run: Run, text: str, match: str) -> FeelValue:
    run.require_characters(len(text))
    return text.endswith(match)


def _string_join(run: Run, items: list[str | None], delimiter: str | None = None) -> FeelValue:
    if any(item is not None and not isinstance(item, str) for item in items):
        return None
    texts = [item for item in items if item is not None]
    separator = delimiter or ""
    run.require_characters(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("substring", _substring, "string: string, start position: number, [length: number]"),
    declare("string length", _string_length, "string: string"),
    declare("upper case", _upper_case, "string: string"),
    declare("lower case", _lower_case, "string: string"),
    declare("substring before", _substring_before, "string: string, match: string"),
    declare("substring after", _substring_after, "string: string, match: string"),
    declare("contains", _contains, "string: string, match: string"),
    declare("starts with", _starts_with, "string: string, match: string"),
    declare("ends with", _ends_with, "string: string, match: string"),
    declare("string join", _string_join, "list: list, [delimiter: string?]"),
)
