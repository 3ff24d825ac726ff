# SPDX-License-Identifier: Apache-2.0
"""What was waited for has come: the wait ends or goes on, and the event happens.

An event that interrupts ends all waits beside it; one that does not waits on, for a message under a new subscription,
for a cycle until its next instant. A parallel multiple event happens when the last of its parts has come.
"""

from collections.abc import Mapping

from taktloom.feel.values import FeelValue
from taktloom.kernel.data_flow import own_data
from taktloom.kernel.events import MISSED_FIRINGS_AS_ONE
from taktloom.kernel.executable import Node
from taktloom.kernel.failure import ElementFailure
from taktloom.kernel.kept_variables import with_variables
from taktloom.kernel.run import Holder, Run
from taktloom.kernel.state import (
    ConditionWait,
    EventWait,
    GatheredEvents,
    SignalWait,
    SubscriptionWait,
    TimerWait,
    Token,
)
from taktloom.kernel.timers import TimerPlan, next_plan, plan_after, plan_of
from taktloom.kernel.triggers import EventBehaviour, SeveralTriggers, Trigger, timer_wait
from taktloom.kernel.variables import visible_variables
from taktloom.model.identifiers import ConditionId, SubscriptionId, TimerId

__all__ = ["deliver", "go_behind"]


def deliver(run: Run, wait_id: str, wait: EventWait, variables: Mapping[str, FeelValue]) -> None:
    """*wait* is over, or has come once more; *variables* came with it."""
    node, holder = run.process.nodes[wait.element], run.holder_of(wait)
    behaviour = node.behaviour
    goes_on = isinstance(behaviour, EventBehaviour) and not behaviour.is_interrupting
    if isinstance(behaviour, EventBehaviour) and _is_parallel(behaviour):
        gathered = _gather(run, wait_id, wait, variables)
        if gathered is None:
            return
        variables = gathered
        if goes_on:
            _begin_again(run, node, holder)
    else:
        _end_or_go_on(run, wait_id, wait, goes_on=goes_on)
    if isinstance(holder, Token) and run.node(holder).element_type == "eventBasedGateway":
        go_behind(run, holder, node)
    node.catch(run, node, holder, variables)


def go_behind(run: Run, token: Token, event: Node) -> None:
    """*event* has happened: the gateway is completed and the token stands in the event; the others are withdrawn."""
    gateway = run.node(token)
    run.close_waits(token)
    run.conclude(token)
    token.arrived_by = next(flow for flow in gateway.outgoing if run.process.flows[flow].target == event.index)
    token.element, token.entered_at = event.index, run.now
    run.activate(token)
    own_data(run, event, token)
    if event.behaviour.is_recorded_from_start:
        run.record_start(event, token)


def _end_or_go_on(run: Run, wait_id: str, wait: EventWait, *, goes_on: bool) -> None:
    """Signals and conditions are waited for until they are withdrawn, a timer or subscription is used up."""
    holder = run.holder_of(wait)
    match wait:
        case TimerWait():
            run.forget_wait(holder, wait_id)
            following = _following(run, plan_of(wait)) if goes_on else None
            if following is not None:
                run.start_timer(holder, timer_wait(wait.element, wait.part, following))
        case SubscriptionWait():
            run.forget_wait(holder, wait_id)
            if goes_on:
                run.subscribe(holder, wait)
        case SignalWait() | ConditionWait():
            if not goes_on:
                run.withdraw(holder, wait_id)


def _following(run: Run, plan: TimerPlan) -> TimerPlan | None:
    """The next firing that is still to come: what was missed while nothing ran counts as having been."""
    return next_plan(plan) if run.rules < MISSED_FIRINGS_AS_ONE else plan_after(plan, run.now)


def _is_parallel(behaviour: EventBehaviour) -> bool:
    return isinstance(behaviour.trigger, SeveralTriggers) and behaviour.trigger.is_parallel


def _gather(
    run: Run, wait_id: str, wait: EventWait, variables: Mapping[str, FeelValue]
) -> Mapping[str, FeelValue] | None:
    """The variables of all parts when this is the last one, else None; a part that comes again is not counted."""
    holder, node = run.holder_of(wait), run.process.nodes[wait.element]
    if isinstance(wait, TimerWait | SubscriptionWait):
        run.forget_wait(holder, wait_id)
    known = _gathered(run, node, holder)
    if known is None:
        record = GatheredEvents(element=wait.element)
        run.gather(holder, record)
        known = (run.waits_of(holder)[-1], record)
    record_id, record = known
    if wait.part in record.parts:
        return None
    record.parts.append(wait.part)
    record.variables = with_variables(record.variables, variables)
    if len(record.parts) < len(_parts(node)):
        return None
    run.withdraw(holder, record_id)
    return record.variables


def _gathered(run: Run, node: Node, holder: Holder) -> tuple[str, GatheredEvents] | None:
    for wait_id in run.waits_of(holder):
        record = run.state.gathered.get(ConditionId(wait_id))
        if record is not None and record.element == node.index:
            return wait_id, record
    return None


def _begin_again(run: Run, node: Node, holder: Holder) -> None:
    """Wait anew for the parts whose waits are used up; one that can no longer be evaluated is not waited for."""
    waits = (_wait(run, wait_id) for wait_id in run.waits_of(holder))
    open_parts = {wait.part for wait in waits if wait is not None and wait.element == node.index}
    scope = holder if isinstance(holder, str) else holder.inner or holder.scope
    context = visible_variables(run.state, scope)
    for number, trigger in enumerate(_parts(node)):
        if number not in open_parts:
            try:
                trigger.plan(context, run.now, run.rules).open(run, holder, node, number)
            except ElementFailure:
                continue


def _wait(run: Run, wait_id: str) -> EventWait | None:
    state = run.state
    return (
        state.timers.get(TimerId(wait_id))
        or state.subscriptions.get(SubscriptionId(wait_id))
        or state.signals.get(SubscriptionId(wait_id))
        or state.conditions.get(ConditionId(wait_id))
    )


def _parts(node: Node) -> tuple[Trigger, ...]:
    behaviour = node.behaviour
    assert isinstance(behaviour, EventBehaviour)
    assert isinstance(behaviour.trigger, SeveralTriggers)
    return behaviour.trigger.parts
