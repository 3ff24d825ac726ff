# SPDX-License-Identifier: Apache-2.0
"""Modifications are looked at, done whole or not at all, recorded, and replayed."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.operator_actions import Order, ReasonMissingError
from taktloom.hosts.embedded.operations.modification import EmptyModificationError
from taktloom.kernel.events import TokenAction, TokenChange
from taktloom.kernel.modification import ModificationRefusedError
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.interventions import ArmedChange, Effect, EffectKind, TokenMove
from taktloom.model.operations import JobState, UserTaskQuery

Deploy = Callable[..., None]
PERMIT = ProcessId("permit")
REGISTER, DECIDE, END = ElementId("register"), ElementId("decide"), ElementId("end")
ORDER = Order(actor="ada", reason="registered by telephone")


def test_a_move_is_previewed_and_then_does_what_was_said(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    before = engine.instances.detail(key)
    moves = (TokenMove(source=REGISTER, target=DECIDE),)

    effects = engine.modifications.preview(key, (), moves).effects

    assert engine.instances.detail(key) == before
    assert set(effects) == {
        Effect(change=ArmedChange.ENDS, kind=EffectKind.JOB, element_id=REGISTER),
        Effect(change=ArmedChange.BEGINS, kind=EffectKind.USER_TASK, element_id=DECIDE),
    }
    engine.modifications.modify(key, (), ORDER, moves)
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    detail = engine.instances.detail(key)
    assert (task.element_id, [job.state for job in detail.jobs]) == (DECIDE, [JobState.CANCELLED])
    assert engine.instances.check_replay(key) == 2
    (action,) = engine.operator_actions.search(instance_key=key).items
    assert (action.action, action.reason) == ("modify-instance", "registered by telephone")


def test_variables_are_set_before_the_tokens_move_and_not_at_all_when_that_is_refused(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("divide")
    key = engine.instances.start(ProcessId("divide"), {}).instance_key
    at = ElementId("choose")
    again = (TokenMove(source=at, target=at),)
    mended = {"amount": Decimal(1)}

    without, with_it = (engine.modifications.preview(key, (), again, variables=each).effects for each in ({}, mended))
    with pytest.raises(NotFoundError):
        engine.modifications.modify(key, (), ORDER, (TokenMove(source=END, target=at),), variables=mended)

    assert engine.instances.detail(key).variables == ()
    assert Effect(change=ArmedChange.BEGINS, kind=EffectKind.INCIDENT, element_id=at) in without
    assert Effect(change=ArmedChange.BEGINS, kind=EffectKind.INCIDENT, element_id=at) not in with_it
    engine.modifications.modify(key, (), ORDER, again, variables=mended)
    assert engine.instances.detail(key).variables[0].value == Decimal(1)
    assert engine.instances.summary(key).open_incidents == 0
    actions = {one.action: one.details for one in engine.operator_actions.search(instance_key=key).items}
    assert actions.keys() == {"modify-instance", "set-variables"}
    assert actions["set-variables"]["variables"] == ["amount"]


def test_a_refused_modification_changes_nothing_and_is_not_recorded(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    before = engine.instances.detail(key)
    place = TokenChange(action=TokenAction.BEFORE, element_id=DECIDE)
    wrong = TokenChange(action=TokenAction.AFTER, element_id=END)

    with pytest.raises(ModificationRefusedError) as refused:
        engine.modifications.modify(key, (place, wrong), ORDER)
    with pytest.raises(EmptyModificationError):
        engine.modifications.modify(key, (), ORDER)
    with pytest.raises(ReasonMissingError):
        engine.modifications.modify(key, (place,), Order(actor="ada", reason=" "))

    assert refused.value.place.element_id == END
    assert refused.value.remedy
    assert engine.instances.detail(key) == before
    assert engine.operator_actions.search(instance_key=key).items == ()


def test_ending_the_last_visit_by_a_move_to_the_end_completes_the_instance(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("register_and_decide")
    key = engine.instances.start(PERMIT, {}).instance_key
    moves = (TokenMove(source=REGISTER, target=END),)

    effects = engine.modifications.preview(key, (), moves).effects
    engine.modifications.modify(key, (), ORDER, moves)

    assert Effect(change=ArmedChange.ENDS, kind=EffectKind.INSTANCE, element_id=None) in effects
    assert engine.instances.summary(key).status == "completed"
