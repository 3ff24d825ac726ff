# SPDX-License-Identifier: Apache-2.0
"""What sub-processes do, as the ordered commands of each step."""

from decimal import Decimal

from taktloom.model.event_definitions import TerminateDefinition
from taktloom.model.process import EndEvent, ParallelGateway, ScriptTask, StartEvent, SubProcess
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, process, sub_process
from tests.kernel.driver import run_of, shown
from tests.kernel.parts import E, S, job


def test_a_sub_process_completes_when_its_last_token_ends() -> None:
    inner = sub_process(
        "sub", StartEvent(id=eid("is")), ParallelGateway(id=eid("ig")), job("a"), job("b"), EndEvent(id=eid("ie")),
        flows="is > ig > a > ie\nig > b > ie",
    )  # fmt: skip
    run = run_of(process(S, inner, job("after"), E, flows="s > sub > after > e"))

    assert shown(run.start())[0] == "RecordEvent sub start"
    assert shown(run.complete("a")) == ["RecordEvent a complete"]
    assert shown(run.complete("b")) == [
        "RecordEvent b complete",
        "RecordEvent sub complete",
        "RecordEvent after start",
        "CreateJob after",
    ]
    assert len(run.state.scopes) == 1


def test_terminate_inside_a_sub_process_ends_only_the_sub_process() -> None:
    stop = EndEvent(id=eid("stop"), definition=TerminateDefinition())
    inner = sub_process(
        "sub", StartEvent(id=eid("is")), ParallelGateway(id=eid("ig")), job("a"), job("b"), stop,
        flows="is > ig > a > stop\nig > b > stop",
    )  # fmt: skip
    run = run_of(process(S, inner, job("after"), E, flows="s > sub > after > e"))
    run.start()

    commands = run.complete("a")

    assert shown(commands) == [
        "RecordEvent a complete",
        "RecordEvent b ate_abort",
        "CancelJob",
        "RecordEvent sub complete",
        "RecordEvent after start",
        "CreateJob after",
    ]


def test_mapped_inputs_of_a_sub_process_stay_inside_and_outputs_are_handed_out() -> None:
    script = ScriptTask(id=eid("t"), script="local + 1", result_variable="local")
    inner = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), script, EndEvent(id=eid("ie"))),
        flows=process(flows="is > t > ie").flows,
        inputs=(VariableMapping(source="x * 10", target="local"),),
        outputs=(VariableMapping(source="local", target="result"),),
    )
    run = run_of(process(S, inner, E, flows="s > sub > e"))

    run.start(x=4)

    assert run.variables() == {"x": Decimal(4), "result": Decimal(41)}
