# SPDX-License-Identifier: Apache-2.0
"""Incidents wait for an operator and are tried again, one or many."""

from collections.abc import Callable
from decimal import Decimal

import pytest

from taktloom.hosts.embedded import EmbeddedEngine, IncidentState
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.operations.incidents import IncidentResolvedError, UnknownIncidentError
from taktloom.model.identifiers import ElementId, IncidentId, ProcessId
from taktloom.model.operations import InstanceQuery

DIVIDE = ProcessId("divide")
Deploy = Callable[..., None]


def test_a_condition_that_cannot_be_decided_waits_until_its_variable_is_mended(
    engine: EmbeddedEngine, deploy: Deploy
) -> None:
    deploy("divide")
    key = engine.instances.start(DIVIDE, {"amount": "much"}).instance_key
    (incident,) = engine.incidents.search().items

    engine.incidents.resolve(incident.incident_id, variables={"amount": Decimal(100)}, actor="ada")

    assert incident.element_id == "choose"
    assert "much" not in incident.message
    assert engine.instances.summary(key).status == "completed"
    assert engine.instances.check_replay(key) == 2


def test_an_incident_that_is_not_mended_comes_again_as_a_new_one(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    key = engine.instances.start(DIVIDE, {}).instance_key
    (first,) = engine.incidents.search().items

    engine.incidents.resolve(first.incident_id)

    (second,) = engine.incidents.search().items
    assert second.incident_id != first.incident_id
    assert engine.instances.summary(key).open_incidents == 1
    assert engine.incidents.get(first.incident_id).resolved_at is not None
    assert [row.incident_id for row in engine.incidents.search(state=IncidentState.RESOLVED).items] == [
        first.incident_id
    ]


def test_many_are_tried_again_each_for_itself(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    keys = [engine.instances.start(DIVIDE, {}).instance_key for _ in range(3)]
    incidents = [row.incident_id for row in engine.incidents.search().items]
    for key in keys[:2]:
        engine.instances.set_variables(key, {"amount": Decimal(1)})

    results = engine.incidents.resolve_many([*incidents, IncidentId("404")], actor="ada")

    assert [results[incident_id] for incident_id in incidents] == [None, None, None]
    assert isinstance(results[IncidentId("404")], UnknownIncidentError)
    assert sorted(engine.instances.summary(key).status for key in keys) == ["active", "completed", "completed"]


def test_a_resolved_incident_cannot_be_resolved_again(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    engine.instances.start(DIVIDE, {})
    (incident,) = engine.incidents.search().items
    engine.incidents.resolve(incident.incident_id)

    with pytest.raises(IncidentResolvedError):
        engine.incidents.resolve(incident.incident_id)


def test_instances_with_incidents_can_be_listed(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    stuck = engine.instances.start(DIVIDE, {}).instance_key
    engine.instances.start(DIVIDE, {"amount": Decimal(1)})

    page = engine.instances.search(InstanceQuery(with_incidents=True))
    at_element = engine.instances.search(InstanceQuery(element_id=ElementId("choose")))

    assert [row.instance_key for row in page.items] == [stuck]
    assert [row.instance_key for row in at_element.items] == [stuck]
    assert engine.deployments.process(DIVIDE).incidents == 1


def test_suspended_instances_can_be_listed_and_their_incidents_say_so(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    held, free = (engine.instances.start(DIVIDE, {}, business_key=key).instance_key for key in ("A-1", "A-2"))
    engine.suspension.suspend(held, Order(actor="ada", reason="a check"))

    page = engine.instances.search(InstanceQuery(is_suspended=True))
    others = engine.instances.search(InstanceQuery(is_suspended=False))

    assert ([row.instance_key for row in page.items], page.total) == ([held], 1)
    assert [row.instance_key for row in others.items] == [free]
    incidents = engine.incidents.search().items
    assert {one.instance_key: one.is_suspended for one in incidents} == {held: True, free: False}
    assert [one.business_key for one in incidents] == ["A-2", "A-1"]
    assert engine.incidents.get(incidents[1].incident_id).is_suspended
    assert [one.is_suspended for one in engine.instances.detail(held).incidents] == [True]


def test_cancelling_closes_the_incidents(engine: EmbeddedEngine, deploy: Deploy) -> None:
    deploy("divide")
    key = engine.instances.start(DIVIDE, {}).instance_key

    engine.instances.cancel(key, reason="a duplicate", actor="ada")

    assert engine.incidents.search().total == 0
    assert engine.instances.summary(key).status == "cancelled"
    assert engine.instances.summary(key).open_incidents == 0
