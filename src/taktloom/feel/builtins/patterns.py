# SPDX-License-Identifier: Apache-2.0
"""`matches`, `replace`, `split` with XPath's regular expressions (DMN 1.5, 10.3.4.3)."""

from functools import lru_cache

from taktloom.feel.builtins.declare import BuiltIn, declare
from taktloom.feel.errors import FeelBudgetError, WarningKind
from taktloom.feel.kinds import FeelValue
from taktloom.feel.regex import MatchingBudgetSpentError, Pattern, PatternError, compile_pattern
from taktloom.feel.runtime import Run

__all__ = ["FUNCTIONS"]

_MATCHING_PER_STEP = 16


@lru_cache(maxsize=512)
def _compiled(text: str, flags: str) -> Pattern | str:
    try:
        return compile_pattern(text, flags)
    except PatternError as error:
        return str(error)


def _pattern(run: Run, text: str, flags: str | None) -> Pattern | None:
    run.require_characters(len(text))
    pattern = _compiled(text, flags or "")
    if isinstance(pattern, str):
        run.warn(WarningKind.OUT_OF_DOMAIN, f"Not a pattern: {pattern}.")
        return None
    return pattern


def _matches(run: Run, text: str, pattern: str, flags: str | None = None) -> FeelValue:
    compiled = _pattern(run, pattern, flags)
    if compiled is None:
        return None
    budget = [run.budget.matching]
    try:
        return compiled.search(text, budget) is not None
    except MatchingBudgetSpentError:
        raise FeelBudgetError("matching", run.budget.matching) from None
    finally:
        _charge(run, budget)


def _replace(run: Run, text: str, pattern: str, replacement: str, flags: str | None = None) -> FeelValue:
    compiled = _pattern(run, pattern, flags)
    if compiled is None:
        return None
    pieces: list[str | int] | None = [replacement]
    if "q" not in (flags or ""):
        pieces = _template(replacement, compiled.groups)
    if pieces is None:
        return None
    return _joined(run, text, compiled, pieces)


def _joined(run: Run, text: str, pattern: Pattern, pieces: "list[str | int]") -> FeelValue:
    found = _all_matches(run, text, pattern)
    if found is None:
        return None
    made: list[str] = []
    position = length = 0
    for slots in found:
        start, end = slots[0] or 0, slots[1] or 0
        parts = [text[position:start], *(_piece(piece, text, slots) for piece in pieces)]
        length += sum(map(len, parts))
        run.require_characters(length)
        made.extend(parts)
        position = end
    return "".join([*made, text[position:]])


def _split(run: Run, text: str, delimiter: str) -> FeelValue:
    pattern = _pattern(run, delimiter, None)
    found = None if pattern is None else _all_matches(run, text, pattern)
    if found is None:
        return None
    run.require_items(len(found) + 1)
    starts = [0, *(slots[1] or 0 for slots in found)]
    ends = [*(slots[0] or 0 for slots in found), len(text)]
    return [text[start:end] for start, end in zip(starts, ends, strict=True)]


def _all_matches(run: Run, text: str, pattern: Pattern) -> "list[list[int | None]] | None":
    """Every match; None for a pattern that matches the empty string, which XPath makes an error."""
    budget = [run.budget.matching]
    try:
        if pattern.search("", budget) is not None:
            return None
        return list(pattern.matches(text, budget))
    except MatchingBudgetSpentError:
        raise FeelBudgetError("matching", run.budget.matching) from None
    finally:
        _charge(run, budget)


def _charge(run: Run, budget: list[int]) -> None:
    """Long matches count as steps too, or a loop of them would take forever, each within its own budget."""
    run.step((run.budget.matching - max(budget[0], 0)) // _MATCHING_PER_STEP)


def _template(replacement: str, groups: int) -> "list[str | int] | None":
    """Texts and group numbers; None where a `$` or backslash stands for nothing."""
    pieces: list[str | int] = []
    index = 0
    while index < len(replacement):
        character = replacement[index]
        following = replacement[index + 1 : index + 2]
        if character == "\\":
            if following not in {"\\", "$"} or not following:
                return None
            pieces.append(following)
            index += 2
        elif character == "$":
            if not (following.isascii() and following.isdigit()):
                return None
            number, index = _group_number(replacement, index + 1, groups)
            pieces.append(number if number <= groups else "")
        else:
            pieces.append(character)
            index += 1
    return pieces


def _group_number(replacement: str, index: int, groups: int) -> tuple[int, int]:
    """As many digits as still name a group."""
    number = int(replacement[index])
    index += 1
    while index < len(replacement) and replacement[index] in "0123456789":
        longer = number * 10 + int(replacement[index])
        if longer > groups:
            break
        number, index = longer, index + 1
    return number, index


def _piece(piece: str | int, text: str, slots: "list[int | None]") -> str:
    if isinstance(piece, str):
        return piece
    start, end = slots[2 * piece], slots[2 * piece + 1]
    return "" if start is None or end is None else text[start:end]


FUNCTIONS: tuple[BuiltIn, ...] = (
    declare("matches", _matches, "input: string, pattern: string, [flags: string?]"),
    declare("replace", _replace, "input: string, pattern: string, replacement: string, [flags: string?]"),
    declare("split", _split, "string: string, delimiter: string"),
)
