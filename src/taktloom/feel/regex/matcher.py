# SPDX-License-Identifier: Apache-2.0
"""Syntax to a small program, and running it: backtracking in priority order with an explicit stack and counted steps.

Without back-references every pair (instruction, position) is tried once only, so that time is at most the product of
program and text; with them the step budget is the bound. A loop body that matched nothing is not repeated.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import Enum
from typing import assert_never

from taktloom.feel.regex.characters import CharacterSet, variants
from taktloom.feel.regex.parser import (
    MAX_REPEATS,
    Alternatives,
    Anchor,
    BackReference,
    Characters,
    Group,
    PatternError,
    Regex,
    Repeat,
    Sequence,
    parse_pattern,
)

__all__ = ["MatchingBudgetSpentError", "Pattern", "compile_pattern"]

_MAX_PROGRAM = 20_000
_FLAGS = frozenset("smixq")


class MatchingBudgetSpentError(Exception):
    """The pattern took more steps than allowed."""


class _Code(Enum):
    CHARACTER = 1
    SPLIT = 2
    JUMP = 3
    SAVE = 4
    REFERENCE = 5
    START = 6
    END = 7
    MARK = 8
    PROGRESS = 9
    DONE = 10


@dataclass(slots=True)
class _Instruction:
    code: _Code
    contains: CharacterSet | None = None
    first: int = 0
    second: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """A compiled pattern."""

    program: list[_Instruction]
    groups: int
    slots: int
    ignores_case: bool
    is_multiline: bool
    has_references: bool

    def search(self, text: str, budget: "list[int]", start: int = 0) -> list[int | None] | None:
        """The first match at or after *start*: group g is `text[slots[2g]:slots[2g + 1]]`; None where there is none.

        budget: a one-item list of the steps left, counted down; raises MatchingBudgetSpentError.
        """
        tried: set[tuple[int, int]] = set()
        for position in range(start, len(text) + 1):
            found = _Attempt(self, text, budget, tried).run(position)
            if found is not None:
                return found
        return None

    def matches(self, text: str, budget: "list[int]") -> Iterator[list[int | None]]:
        """Every match from left to right, none overlapping."""
        position = 0
        while position <= len(text):
            found = self.search(text, budget, position)
            if found is None:
                return
            yield found
            end = found[1] or 0
            position = end + 1 if end == found[0] else end


def compile_pattern(text: str, flags: str = "") -> Pattern:
    """Compile a pattern; raises PatternError for a bad pattern or flag."""
    if not _FLAGS.issuperset(flags):
        raise PatternError("unknown flag")
    if "q" in flags:
        text = "".join(f"\\{c}" if c in "\\|.?*+(){}-[]^$" else c for c in text)
        flags = flags.replace("x", "")
    form, groups = parse_pattern(text, flags)
    emitter = _Emitter(slots=2 * (groups + 1))
    emitter.save(0, form, 1)
    emitter.emit(_Code.DONE)
    return Pattern(
        program=emitter.program,
        groups=groups,
        slots=emitter.slots,
        ignores_case="i" in flags,
        is_multiline="m" in flags,
        has_references=emitter.has_references,
    )


@dataclass(slots=True)
class _Emitter:
    slots: int
    program: list[_Instruction] = field(default_factory=list)
    has_references: bool = False

    def emit(self, code: _Code, contains: CharacterSet | None = None, first: int = 0) -> int:
        if len(self.program) >= _MAX_PROGRAM:
            raise PatternError("the pattern is too large")
        self.program.append(_Instruction(code, contains, first))
        return len(self.program) - 1

    def save(self, opening: int, body: Regex, closing: int) -> None:
        self.emit(_Code.SAVE, first=opening)
        self.form(body)
        self.emit(_Code.SAVE, first=closing)

    def form(self, form: Regex) -> None:
        if isinstance(form, Characters):
            self.emit(_Code.CHARACTER, form.contains)
        elif isinstance(form, Sequence):
            for part in form.parts:
                self.form(part)
        elif isinstance(form, Repeat):
            self._repeat(form)
        elif isinstance(form, Alternatives):
            self._alternatives(form)
        elif isinstance(form, Group):
            self._group(form)
        elif isinstance(form, BackReference):
            self.has_references = True
            self.emit(_Code.REFERENCE, first=form.number)
        elif isinstance(form, Anchor):
            self.emit(_Code.START if form is Anchor.START else _Code.END)
        else:
            assert_never(form)

    def _group(self, form: Group) -> None:
        if form.number is None:
            self.form(form.body)
        else:
            self.save(2 * form.number, form.body, 2 * form.number + 1)

    def _alternatives(self, form: Alternatives) -> None:
        jumps = []
        for branch in form.branches[:-1]:
            split = self._split()
            self.form(branch)
            jumps.append(self.emit(_Code.JUMP))
            self._aim(split, split + 1, len(self.program))
        self.form(form.branches[-1])
        for jump in jumps:
            self.program[jump].first = len(self.program)

    def _repeat(self, form: Repeat) -> None:
        for _ in range(form.least):
            self.form(form.body)
        if form.most is None or form.most - form.least > MAX_REPEATS:
            self._loop(form)
            return
        splits = []
        for _ in range(form.most - form.least):
            splits.append(self._split())
            self.form(form.body)
        for split in splits:
            self._choose(split, len(self.program), form)

    def _loop(self, form: Repeat) -> None:
        slot, self.slots = self.slots, self.slots + 1
        split = self._split()
        self.emit(_Code.MARK, first=slot)
        self.form(form.body)
        self.emit(_Code.PROGRESS, first=slot)
        self.program[self.emit(_Code.JUMP)].first = split
        self._choose(split, len(self.program), form)

    def _split(self) -> int:
        return self.emit(_Code.SPLIT)

    def _choose(self, split: int, after: int, form: Repeat) -> None:
        if form.is_greedy:
            self._aim(split, split + 1, after)
        else:
            self._aim(split, after, split + 1)

    def _aim(self, split: int, first: int, second: int) -> None:
        self.program[split].first, self.program[split].second = first, second


class _Attempt:
    """One try at one position."""

    __slots__ = ("budget", "pattern", "pending", "slots", "text", "tried")

    def __init__(self, pattern: Pattern, text: str, budget: list[int], tried: set[tuple[int, int]]) -> None:
        self.pattern, self.text, self.budget, self.tried = pattern, text, budget, tried
        self.slots: list[int | None] = [None] * pattern.slots
        # what to go back to: a place in program and text, or (with a negative first item) a slot's former value
        self.pending: list[tuple[int, int, int | None]] = []

    def run(self, start: int) -> list[int | None] | None:
        self.pending.append((0, start, None))
        while self.pending:
            index, position, former = self.pending.pop()
            if index < 0:
                self.slots[position] = former
            elif self._thread(index, position):
                return self.slots
        return None

    def _thread(self, index: int, position: int) -> bool:
        program, remembers = self.pattern.program, not self.pattern.has_references
        while True:
            self.budget[0] -= 1
            if self.budget[0] < 0:
                raise MatchingBudgetSpentError
            instruction = program[index]
            if instruction.code is _Code.DONE:
                return True
            if instruction.code is _Code.SPLIT:
                if remembers and (index, position) in self.tried:
                    return False
                self.tried.add((index, position))
                self.pending.append((instruction.second, position, None))
                index = instruction.first
                continue
            after = self._step(instruction, position)
            if after is None:
                return False
            index = instruction.first if instruction.code is _Code.JUMP else index + 1
            position = after

    def _step(self, instruction: _Instruction, position: int) -> int | None:
        """The position after one instruction, None where it does not match."""
        code = instruction.code
        if code is _Code.CHARACTER:
            return self._character(instruction, position)
        if code is _Code.SAVE or code is _Code.MARK:
            self._set(instruction.first, position)
            return position
        if code is _Code.PROGRESS:
            return None if self.slots[instruction.first] == position else position
        if code is _Code.REFERENCE:
            return self._reference(instruction.first, position)
        if code is _Code.START:
            return position if self._at_start(position) else None
        if code is _Code.END:
            return position if self._at_end(position) else None
        return position

    def _character(self, instruction: _Instruction, position: int) -> int | None:
        if position < len(self.text) and instruction.contains is not None and instruction.contains(self.text[position]):
            return position + 1
        return None

    def _set(self, slot: int, position: int) -> None:
        self.pending.append((-1, slot, self.slots[slot]))
        self.slots[slot] = position

    def _reference(self, number: int, position: int) -> int | None:
        start, end = self.slots[2 * number], self.slots[2 * number + 1]
        if start is None or end is None:
            return position  # a group that took no part matches the empty string
        wanted, found = self.text[start:end], self.text[position : position + end - start]
        if wanted == found or (self.pattern.ignores_case and _same_without_case(wanted, found)):
            return position + len(wanted)
        return None

    def _at_start(self, position: int) -> bool:
        return position == 0 or (
            self.pattern.is_multiline and self.text[position - 1] == "\n" and position < len(self.text)
        )

    def _at_end(self, position: int) -> bool:
        return position == len(self.text) or (self.pattern.is_multiline and self.text[position] == "\n")


def _same_without_case(left: str, right: str) -> bool:
    return len(left) == len(right) and all(
        not variants(a).isdisjoint(variants(b)) for a, b in zip(left, right, strict=True)
    )
