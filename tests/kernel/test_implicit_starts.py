# SPDX-License-Identifier: Apache-2.0
"""Without a start event every node without incoming flow begins; without an end event a path ends where it ends."""

from dataclasses import replace

import pytest

from taktloom.model.errors import NotFoundError
from taktloom.model.event_definitions import MessageDefinition
from taktloom.model.process import MultiInstanceLoop, ParallelGateway, StartEvent, SubProcess
from tests.kernel.activity_driver import active
from tests.kernel.build import eid, flows_of, process
from tests.kernel.parts import S, job, timer
from tests.kernel.test_compensation import undoable


def test_every_node_without_incoming_flow_begins_in_document_order() -> None:
    run = active(process(*undoable("a"), timer("late", "a", duration="PT1H"), job("b"), job("c"), flows="a > c"),
                 {"x": 1})  # fmt: skip

    assert run.told() == ["a activated", "b activated"]
    assert run.finish_all() == ["a", "b", "c"]
    assert not run.is_active


def test_so_it_is_in_a_sub_process_and_in_each_of_its_instances() -> None:
    sub = SubProcess(id=eid("sub"), nodes=(job("a"), job("b")), loop=MultiInstanceLoop(cardinality="2"))
    run = active(process(S, sub, flows="s > sub"))

    assert run.open_jobs() == ["a", "b", "a", "b"]
    run.finish_all()
    assert not run.is_active


def test_gateways_may_begin() -> None:
    sub = SubProcess(
        id=eid("sub"), nodes=(ParallelGateway(id=eid("g")), job("a"), job("b")), flows=flows_of("g > a\ng > b")
    )
    run = active(process(S, sub, flows="s > sub"))

    assert run.open_jobs() == ["a", "b"]


def test_a_process_that_only_a_message_starts_does_not_begin_without_it() -> None:
    start = StartEvent(id=eid("m"), definition=MessageDefinition(name="go"))

    with pytest.raises(NotFoundError):
        active(process(start, replace(job("a")), job("b"), flows="m > a"))
