# SPDX-License-Identifier: Apache-2.0
"""What would wait for ever at a join is told beforehand, refused, and done where the operator allows it."""

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.kernel.dead_joins import WouldBeStuckError
from taktloom.kernel.events import TokenAction, TokenChange
from taktloom.kernel.migration_plan import Verdict
from taktloom.model.identifiers import ElementId, InstanceKey
from taktloom.model.interventions import BatchKind, Selection, TokenMove
from tests.hosts.embedded.test_between_instances import job, model, process
from tests.hosts.embedded.test_migration import ORDERS, REQUEST, deploy, start, version, work

ORDER = Order(actor="ada", reason="the address is checked beside")
ALLOWED = Order(actor="ada", reason="both are done by hand", allows_stuck=True)
WHY = ("join", "It would wait here for ever: no token can come over 'orders_check_join'.")
FORKED = model(
    process(
        "orders",
        f'<startEvent id="start"/>{job("pick")}{job("check")}{job("pack")}<endEvent id="end"/>'
        '<parallelGateway id="fork"/><parallelGateway id="join"/>',
        "start fork", "fork pick", "fork check", "pick join", "check join", "join pack", "pack end",
    )
)  # fmt: skip


@pytest.fixture
def keys(engine: EmbeddedEngine) -> tuple[InstanceKey, InstanceKey]:
    """One at pick, which is in a branch of the new version, and one behind, at pack."""
    deploy(engine, version("pick", "pack"), FORKED)
    behind = start(engine, "pick")
    return start(engine), behind


def test_dry_run_check_and_migration_say_alike_that_it_would_be_stuck(
    engine: EmbeddedEngine, keys: tuple[InstanceKey, InstanceKey]
) -> None:
    at_pick, at_pack = keys

    run = engine.migrations.dry_run(REQUEST)
    stuck = engine.migrations.dry_run(REQUEST, verdict=Verdict.STUCK)
    one = engine.migrations.check(at_pick, REQUEST)
    with pytest.raises(WouldBeStuckError) as refused:
        engine.migrations.migrate(at_pick, REQUEST, ORDER)
    engine.migrations.migrate(at_pack, REQUEST, ORDER)

    assert run.counts == {"migrates": 1, "stuck": 1}
    assert [(item.instance_key, item.obstacles) for item in stuck.items] == [(at_pick, (WHY,))]
    assert (one.verdict, one.obstacles) == ("stuck", stuck.items[0].obstacles)
    assert refused.value.place.element_id == "join"
    assert engine.instances.summary(at_pick).version == 1
    assert engine.instances.summary(at_pack).version == 2


def test_an_operator_may_allow_it_and_put_the_missing_token_there_afterwards(
    engine: EmbeddedEngine, keys: tuple[InstanceKey, InstanceKey]
) -> None:
    at_pick, _ = keys

    engine.migrations.migrate(at_pick, REQUEST, ALLOWED)
    before = TokenChange(action=TokenAction.BEFORE, element_id=ElementId("check"))
    assert engine.modifications.preview(at_pick, (before,)).stuck == ()
    engine.modifications.modify(at_pick, (before,), ORDER)
    for name in ("pick", "check", "pack"):
        work(engine, name)

    assert engine.instances.summary(at_pick).status == "completed"
    assert engine.instances.check_replay(at_pick) == 6
    (_, migrated) = engine.operator_actions.search(instance_key=at_pick).items
    assert migrated.details["stuck_at"] == ["join"]


def test_a_move_into_one_branch_is_foreseen_and_refused_like_a_migration(engine: EmbeddedEngine) -> None:
    deploy(engine, FORKED)
    key = engine.instances.start(ORDERS, {}).instance_key
    moves = (TokenMove(source=ElementId("check"), target=ElementId("pack")),)

    preview = engine.modifications.preview(key, (), moves)
    with pytest.raises(WouldBeStuckError):
        engine.modifications.modify(key, (), ORDER, moves)

    assert preview.stuck == (WHY,)
    assert engine.instances.check_replay(key) == 1
    engine.modifications.modify(key, (), ALLOWED, moves)
    again = TokenChange(action=TokenAction.BEFORE, element_id=ElementId("pack"))
    engine.modifications.modify(key, (again,), ORDER)  # that it was stuck before is not the fault of this change
    assert engine.instances.check_replay(key) == 3


def test_a_batch_leaves_what_would_be_stuck_unless_it_is_allowed(
    engine: EmbeddedEngine, keys: tuple[InstanceKey, InstanceKey]
) -> None:
    ends = []
    for allows in (False, True):
        selection, parameters = Selection(keys=keys), BatchParameters(migration=REQUEST, allows_stuck=allows)
        batch = engine.batches.create(BatchKind.MIGRATE, selection, parameters, ORDER)
        engine.batches.run_due()
        items = engine.batches.items(batch.batch_id).items
        ends.append([item.error_code for item in items])

    assert ends == [["TL-2333", None], [None, "TL-2583"]]
