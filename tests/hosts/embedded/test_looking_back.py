# SPDX-License-Identifier: Apache-2.0
"""An instance at any of its moments, started again from history; stuck ones; versions that nobody uses."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.core.catalogue import UnknownProcessError
from taktloom.hosts.embedded.definitions.versions import VersionInUseError
from taktloom.hosts.embedded.history.time_travel import UnknownMomentError
from taktloom.model.errors import NotFoundError
from taktloom.model.identifiers import ElementId, ProcessId
from taktloom.model.interventions import MigrationRequest, RestartRequest
from taktloom.model.operations import InstanceQuery
from tests.hosts.embedded.test_between_instances import job, model, process
from tests.hosts.embedded.test_migration import deploy, start, version, work

Deploy = Callable[..., None]
ORDERS, DIVIDE = ProcessId("orders"), ProcessId("divide")
ORDER = Order(actor="ada", reason="the wrong address")
REQUEST = MigrationRequest(process_id=ORDERS, source_version=1, target_version=2)


def test_each_moment_shows_state_variables_and_what_changed(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"))
    key = engine.instances.start(ORDERS, {"n": Decimal(1)}).instance_key
    (locked,) = engine.jobs.lock(["pick"], worker="w")
    engine.jobs.complete(locked.job_id, locked.fence, {"n": Decimal(2), "box": "A"})

    first, second = engine.time_travel.moment(key, 1), engine.time_travel.moment(key, 2)

    assert [one.element_id for one in first.active] == ["pick"]
    assert first.variables == ((None, "n", Decimal(1)),)
    assert (second.kind, second.entered, second.left) == ("JobCompleted", ("pack",), ("pick",))
    assert {(one.name, one.change, one.before, one.after) for one in second.changes} == {
        ("n", "changed", Decimal(1), Decimal(2)),
        ("box", "added", None, "A"),
    }
    assert (second.last_sequence, second.status) == (2, "active")
    for wrong in (0, 3):
        with pytest.raises(UnknownMomentError):
            engine.time_travel.moment(key, wrong)


def test_moments_before_and_after_a_migration_are_of_their_versions(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"), version("pick", "Check", "pack"))
    key = start(engine)
    engine.migrations.migrate(key, REQUEST, ORDER)
    work(engine, "pick")

    moments = [engine.time_travel.moment(key, number) for number in (1, 2, 3)]

    assert [one.version for one in moments] == [1, 2, 2]
    assert [[active.element_id for active in one.active] for one in moments] == [["pick"], ["pick"], ["Check"]]


def test_an_instance_starts_again_with_the_variables_it_began_with(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"))
    key = engine.instances.start(ORDERS, {"n": Decimal(1)}, business_key="A7").instance_key
    engine.instances.set_variables(key, {"n": Decimal(9)})

    again = engine.restarts.restart(key, RestartRequest(), ORDER)

    assert [one.value for one in engine.instances.detail(again).variables] == [Decimal(1)]
    assert engine.instances.summary(again).business_key == "A7"
    assert engine.operator_actions.search(instance_key=key).items[0].details["new_instance"] == again


def test_it_starts_again_with_the_variables_it_had_last_and_others_set_over_them(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "pack"))
    key = engine.instances.start(ORDERS, {"n": Decimal(1), "to": "Delft"}).instance_key
    engine.instances.set_variables(key, {"n": Decimal(9)})
    engine.instances.cancel(key, reason="twice", actor="ada")
    request = RestartRequest(element_id=ElementId("pack"), has_last_variables=True)

    again = engine.restarts.restart(key, request, ORDER, variables={"to": "Gouda", "box": None})

    values = {one.name: one.value for one in engine.instances.detail(again).variables}
    assert values == {"n": Decimal(9), "to": "Gouda", "box": None}


def test_it_starts_again_from_an_element_without_doing_what_is_before(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick", "weigh", "pack"))
    key = start(engine, "pick")
    engine.instances.set_variables(key, {"box": "A"})

    again = engine.restarts.restart(key, RestartRequest(element_id=ElementId("weigh"), sequence=3), ORDER)

    detail = engine.instances.detail(again)
    assert [one.job_type for one in detail.jobs] == ["weigh"]
    assert [(one.name, one.value) for one in detail.variables] == [("box", "A")]
    assert not detail.summary.is_suspended
    work(engine, "weigh")
    work(engine, "pack")
    assert engine.instances.summary(again).status == "completed"
    assert engine.instances.check_replay(again) == 5


def test_a_restart_from_nowhere_starts_nothing(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"))
    key = start(engine)

    with pytest.raises(NotFoundError):
        engine.restarts.restart(key, RestartRequest(element_id=ElementId("gone")), ORDER)
    with pytest.raises(UnknownMomentError):
        engine.restarts.restart(key, RestartRequest(sequence=9), ORDER)
    assert engine.instances.search(InstanceQuery()).total == 1


def test_an_instance_that_waits_for_nothing_is_found(engine: EmbeddedEngine) -> None:
    gates = (
        '<startEvent id="start"/><exclusiveGateway id="split" default="d_split_a"/><parallelGateway id="join"/>'
        + job("a")
        + job("b")
        + '<endEvent id="end"/>'
    )
    deadlock = process("d", gates, "start split", "split a", "split b", "a join", "b join", "join end")
    conditioned = deadlock.replace(
        'targetRef="b"/>', 'targetRef="b"><conditionExpression>n = 1</conditionExpression></sequenceFlow>'
    )
    engine.deployments.deploy({"d.bpmn": model(conditioned)})
    key = engine.instances.start(ProcessId("d"), {}).instance_key
    assert engine.stuck.search().items == ()

    work(engine, "a")

    (stuck,) = engine.stuck.search().items
    assert (stuck.instance_key, stuck.elements) == (key, ("join",))


def test_a_version_is_deleted_only_when_nobody_refers_to_it(engine: EmbeddedEngine) -> None:
    deploy(engine, version("pick"), version("pick", "pack"), version("pick", "Check"))
    key = start(engine)

    uses = engine.versions.uses(ORDERS)

    assert [(one.version, one.active) for one in uses] == [(3, 0), (2, 0), (1, 1)]
    for used in (1, 3):
        with pytest.raises(VersionInUseError):
            engine.versions.delete(ORDERS, used, ORDER)
    engine.versions.delete(ORDERS, 2, ORDER)
    assert [one.version for one in engine.versions.uses(ORDERS)] == [3, 1]
    with pytest.raises(UnknownProcessError):
        engine.instances.start(ORDERS, {}, version=2)
    to_three = MigrationRequest(process_id=ORDERS, source_version=1, target_version=3)
    engine.migrations.migrate(key, to_three, ORDER)
    with pytest.raises(VersionInUseError):
        engine.versions.delete(ORDERS, 1, ORDER)
    with pytest.raises(UnknownProcessError):
        engine.versions.of_tag(ORDERS, "no such tag")
