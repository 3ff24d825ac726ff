# SPDX-License-Identifier: Apache-2.0
"""Multi-instance: one instance per item or up to a number, one after another or all at once.

Inside, and in the completion condition, `loopCounter` (from 1), `numberOfInstances`, `numberOfActiveInstances`,
`numberOfCompletedInstances` and `numberOfTerminatedInstances` are names. After each instance the completion condition
is evaluated, with that instance counted as completed; when it holds, the others are terminated. It sees what has been
collected so far under the collection's name. A plain name that is collected is a variable of each instance, so that
instances do not overwrite each other's.
Source: BPMN 2.0.2, 10.3.8 (Multi-Instance), 13.3.7.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import IncidentKind
from taktloom.kernel.data_flow import given_to
from taktloom.kernel.elements.instance_events import InstanceEvents, throw_all
from taktloom.kernel.elements.rounds import LoopBehaviour, body_of, open_round
from taktloom.kernel.executable import PhaseMethod
from taktloom.kernel.expressions import Context, Expression, has_come_true, kind_of
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.state import LoopState, Phase, Scope, Token
from taktloom.kernel.variables import set_local

__all__ = ["MAX_INSTANCES", "CollectedItems", "MultiInstanceBehaviour", "collecting", "show"]

MAX_INSTANCES = 10_000  # each is a visit of a step, of which there may be ten times as many
_PATH = re.compile(r"[^\W\d]\w*(?:\.[^\W\d]\w*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectedItems:
    """What each instance takes of a collection, and gives to one.

    inputs: the FEEL list; item: the variable for each of its items. element: FEEL over an instance's variables,
    collected into the variable *outputs*.
    """

    inputs: Expression | None = None
    item: str | None = None
    outputs: str | None = None
    element: Expression | None = None

    @property
    def collected(self) -> str | None:
        """The variable that each instance needs of its own, so that its result is not another one's."""
        if self.element is None or not _PATH.fullmatch(self.element.text):
            return None
        return self.element.text.split(".")[0]


@dataclass(frozen=True, slots=True)
class MultiInstanceBehaviour(LoopBehaviour):
    """cardinality counts where there is no input collection. completion None: all instances."""

    is_sequential: bool
    cardinality: Expression | None
    collection: CollectedItems
    completion: Expression | None
    events: InstanceEvents

    def begin(self, run: Run, context: Context) -> LoopState:
        """How many instances there are, on which items."""
        if self.collection.inputs is None:
            total, items = self._count(run, context), []
        else:
            items = _list_of(self.collection.inputs, context, run)
            total = len(items)
        if total > MAX_INSTANCES:
            raise ElementFailure(
                IncidentKind.LIMIT, f"There would be {total} instances; at most {MAX_INSTANCES} are run."
            )
        results: list[FeelValue] = [] if self.collection.outputs is None else [None] * total
        return LoopState(total=total, items=items, results=results)

    def perform(self, run: Run, token: Token) -> Phase | None:
        """Begin the first instance, or all."""
        body = body_of(run, token)
        loop = _loop_of(body)
        if loop.total == 0:
            self._keep_results(run, token)
            return Phase.COMPLETE
        count = 1 if self.is_sequential else loop.total
        show(run, token, active=count)
        works = [self._open(run, token, loop) for _ in range(count)]
        if not self.is_sequential:
            loop.items = []  # each instance has its own
        for work in reversed(works):
            run.push(work, Phase.ENTER)
        return None

    def results(self, body: Scope) -> Mapping[str, FeelValue]:
        """The collected ones; null for what did not complete. A data output of the activity has them already."""
        outputs = self.collection.outputs
        return {} if outputs is None or outputs in body.variables else {outputs: list(_loop_of(body).results)}

    def end_round(self, run: Run, outer: Token, token: Token) -> Phase | None:
        """Test, and go on or end."""
        body, context = body_of(run, outer), run.variables(token)
        loop = _loop_of(body)
        is_over = self._is_over(run, body, context)
        inside = {**context, **self._after(body)} if self.events.conditional else context
        deeds = self.events.prepare(run, outer, inside, loop.completed + 1)
        loop.completed += 1
        run.close_visit(token)
        run.merge(token)
        if is_over:
            loop.terminated = len(body.tokens)
            run.clear_scope(body)
        show(run, outer, active=len(body.tokens))
        if is_over or loop.completed + loop.terminated == loop.total:
            self._keep_results(run, outer)
            run.push(outer, Phase.COMPLETE)
        elif self.is_sequential:
            show(run, outer, active=1)
            run.push(self._open(run, outer, loop), Phase.ENTER)
        throw_all(run, outer, deeds)
        return None

    def _keep_results(self, run: Run, outer: Token) -> None:
        """A collection that is a data output of the activity is handed on by its associations."""
        body, outputs = body_of(run, outer), self.collection.outputs
        if outputs is not None and outer.inner is not None and outputs in body.variables:
            set_local(run.state, outer.inner, {outputs: list(_loop_of(body).results)})

    def _after(self, body: Scope) -> dict[str, FeelValue]:
        """The numbers once the instance that ends now is counted."""
        loop = _loop_of(body)
        return _numbers(loop, active=len(body.tokens) - 1, completed=loop.completed + 1)

    def _open(self, run: Run, outer: Token, loop: LoopState) -> Token:
        """The next instance: the token at its work."""
        variables: dict[str, FeelValue] = {}
        collected = self.collection.collected
        if collected is not None:
            variables[collected] = run.variables(outer).get(collected)
        if self.collection.item is not None:
            variables[self.collection.item] = loop.items[loop.started] if loop.started < len(loop.items) else None
        loop.started += 1
        return open_round(run, outer, loop.started, variables)

    def _is_over(self, run: Run, body: Scope, context: Context) -> bool:
        if self.completion is None:
            return False
        inside = {**context, **self._after(body)}
        if self.collection.outputs is not None:
            inside[self.collection.outputs] = _loop_of(body).results  # no copy: a round costs the same however many
        return has_come_true(self.completion, inside, run.now)

    def _count(self, run: Run, context: Context) -> int:
        if self.cardinality is None:
            return 1
        value = self.cardinality.evaluate(context, run.now)
        if isinstance(value, Decimal) and value >= 0 and value == value.to_integral_value():
            return int(value)
        given = "a negative or broken number" if isinstance(value, Decimal) else kind_of(value)
        raise ElementFailure(
            IncidentKind.EXPRESSION, f"The number of instances '{self.cardinality.text}' gives {given}."
        )


def collecting(complete: PhaseMethod, element: Expression) -> PhaseMethod:
    """The completing phase of an instance's work, whose result is *element*.

    It sees all that the work has of its own (inputs, data) with what its output mappings and associations give.
    """

    def complete_and_collect(run: Run, token: Token) -> Phase | None:
        round_scope = token.around
        context = run.variables(token)
        node = run.node(token)
        mapped = {**given_to(run, node, token, context), **evaluate_mappings(node.outputs, context, run.now)}
        result = element.evaluate({**context, **mapped} if mapped else context, run.now)
        following: Phase | None = complete(run, token)
        if following is not None:
            assert round_scope.parent is not None  # the body around the round
            _loop_of(run.state.scopes[round_scope.parent]).results[round_scope.round - 1] = result
        return following

    return complete_and_collect


def collect_skipped(run: Run, token: Token, results: Mapping[str, FeelValue]) -> None:
    """The work of an instance is skipped with *results*: what its element gives of them is collected.

    Nothing where *token* is in no such instance. Raises ElementFailure.
    """
    round_scope = token.around
    if not round_scope.round or round_scope.parent is None:
        return
    body = run.state.scopes[round_scope.parent]
    assert body.owner is not None  # the activity as a whole
    behaviour = run.node(run.state.tokens[body.owner]).behaviour
    if isinstance(behaviour, MultiInstanceBehaviour) and behaviour.collection.element is not None:
        context = {**run.variables(token), **results}
        _loop_of(body).results[round_scope.round - 1] = behaviour.collection.element.evaluate(context, run.now)


def _list_of(expression: Expression, context: Context, run: Run) -> list[FeelValue]:
    value = expression.evaluate(context, run.now)
    if isinstance(value, list):
        return list(value)
    raise ElementFailure(
        IncidentKind.EXPRESSION, f"The input collection '{expression.text}' gives {kind_of(value)}, not a list."
    )


def _loop_of(body: Scope) -> LoopState:
    assert body.loop is not None  # set on entering
    return body.loop


def show(run: Run, outer: Token, *, active: int) -> None:
    """Let the numbers of instances be seen by expressions."""
    assert outer.inner is not None  # opened on entering
    loop = _loop_of(body_of(run, outer))
    set_local(run.state, outer.inner, _numbers(loop, active=active, completed=loop.completed))


def _numbers(loop: LoopState, *, active: int, completed: int) -> dict[str, FeelValue]:
    return {
        "numberOfInstances": Decimal(loop.total),
        "numberOfActiveInstances": Decimal(active),
        "numberOfCompletedInstances": Decimal(completed),
        "numberOfTerminatedInstances": Decimal(loop.terminated),
    }
