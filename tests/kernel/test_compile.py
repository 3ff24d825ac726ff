# SPDX-License-Identifier: Apache-2.0
"""What compiling makes of a definition."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from taktloom.kernel import compile_process
from taktloom.kernel.executable import NONE
from taktloom.model.errors import DefinitionError
from taktloom.model.process import EndEvent, ExclusiveGateway, Form, ScriptTask, ServiceTask, StartEvent, Task
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import run_of

S, E = StartEvent(id=eid("s")), EndEvent(id=eid("e"))


def test_nodes_are_numbered_in_document_order_those_of_a_sub_process_right_after_it() -> None:
    inner = sub_process("sub", StartEvent(id=eid("i")), EndEvent(id=eid("j")), flows="i > j")

    compiled = compile_process(process(S, inner, E, flows="s > sub > e"))

    assert [node.id for node in compiled.nodes] == ["s", "sub", "i", "j", "e"]
    assert [node.parent for node in compiled.nodes] == [NONE, NONE, 1, 1, NONE]
    assert [node.index for node in compiled.nodes] == list(range(5))


def test_flows_leave_in_document_order_whatever_the_nodes_list() -> None:
    gateway = ExclusiveGateway(id=eid("g"), default_flow=eid("g-b"), outgoing=(eid("g-b"), eid("g-a")))
    definition = process(
        S, gateway, Task(id=eid("a")), Task(id=eid("b")), E,
        flows="s > g > a > e\ng > b > e",
        conditions={"g-a": "true"},
    )  # fmt: skip

    compiled = compile_process(definition)

    assert [compiled.flows[flow].id for flow in compiled.nodes[1].outgoing] == ["g-a", "g-b"]


def test_names_with_spaces_are_known_from_mappings_results_and_form_fields() -> None:
    form = Form(id="f", schema='{"components": [{"components": [{"key": "requested amount", "type": "number"}]}]}')
    first = ScriptTask(id=eid("a"), script="requested amount * 2", result_variable="net total")
    second = ScriptTask(id=eid("b"), script="net total + 1", result_variable="r")
    definition = replace(process(S, first, second, E, flows="s > a > b > e"), forms=(form,))
    run = run_of(definition)

    given: dict[str, Any] = {"requested amount": 10}
    run.start(**given)

    assert run.variables()["r"] == Decimal(21)


def test_a_form_that_is_no_json_does_not_matter_here() -> None:
    definition = replace(process(S, E, flows="s > e"), forms=(Form(id="f", schema="<form/>"),))

    assert compile_process(definition).findings == ()


def test_a_process_that_is_marked_as_not_executable_is_warned_of() -> None:
    definition = replace(process(S, E, flows="s > e"), is_executable=False)

    assert [finding.rule for finding in compile_process(definition).findings] == ["process-not-executable"]


def test_the_error_names_the_process_the_count_and_the_first_problem() -> None:
    nodes = ServiceTask(id=eid("a"), job_type=""), ScriptTask(id=eid("b"), script="1 +", result_variable="r")

    with pytest.raises(DefinitionError) as refused:
        compile_process(process(S, *nodes, E, flows="s > a > b > e"))

    assert refused.value.parameters == {"process": "p", "count": "2"}
    assert refused.value.place.element_id == "a"
    assert "TL-1000" in str(refused.value)
