# SPDX-License-Identifier: Apache-2.0
"""What incidents and what operators do do, as the ordered commands of each step."""

from decimal import Decimal

import pytest

from taktloom.kernel.commands import (
    CreateJob,
    OpenUserTask,
)
from taktloom.model.errors import ConflictError, MisuseError, NotFoundError
from taktloom.model.process import EndEvent, ParallelGateway, ServiceTask, StartEvent, SubProcess
from taktloom.model.process_data import VariableMapping
from tests.kernel.build import eid, process
from tests.kernel.driver import START, Driver, run_of, shown
from tests.kernel.parts import E, S, job, timer, user


def test_a_failed_job_is_an_incident_and_is_retried_under_its_id_with_fresh_variables() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start(url="wrong")

    assert shown(run.fail("a", "no connection")) == ["RaiseIncident a job-failed"]
    commands = run.resolve("a", url="right")

    assert shown(commands) == ["CloseIncident", "RetryJob"]
    assert getattr(commands[1], "variables") == {"url": "right"}  # noqa: B009
    assert shown(run.complete("a"))[-1] == "FinishInstance completed"


def test_a_late_completion_of_a_failed_job_closes_its_incident() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    run.fail("a")

    assert shown(run.complete("a")) == ["CloseIncident", "RecordEvent a complete", "FinishInstance completed"]


def test_a_job_fails_only_once_until_it_is_retried() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    run.fail("a")

    with pytest.raises(ConflictError):
        run.fail("a")

    assert len(run.state.incidents) == 1


def test_an_activity_that_is_broken_off_closes_its_incident() -> None:
    run = run_of(process(S, job("a"), timer("late", "a", duration="PT1H"), E, flows="s > a > e\nlate > e"))
    run.start()
    run.fail("a")

    assert shown(run.fire("late"))[:3] == ["RecordEvent a ate_abort", "CancelJob", "CloseIncident"]


def test_cancelling_withdraws_all_open_work() -> None:
    run = run_of(
        process(
            S, ParallelGateway(id=eid("g")), job("a"), user("u"), timer("late", "u", duration="PT1H"), E,
            flows="s > g > a > e\ng > u > e\nlate > e",
        )
    )  # fmt: skip
    run.start()

    assert shown(run.cancel()) == [
        "RecordEvent a ate_abort",
        "CancelJob",
        "RecordEvent u ate_abort",
        "CancelTimer",
        "CancelUserTask",
        "FinishInstance cancelled",
    ]
    assert run.open_work() == {}
    with pytest.raises(ConflictError):
        run.cancel()


def test_variables_are_set_in_the_instance_or_in_the_activity_named() -> None:
    task = ServiceTask(
        id=eid("a"),
        job_type="a",
        inputs=(VariableMapping(source="x", target="y"),),
        outputs=(VariableMapping(source="y", target="z"),),
    )
    run = run_of(process(S, task, E, flows="s > a > e"))
    run.start(x=1)

    run.set_variables(x=2)
    run.set_variables("a", y=5)
    run.complete("a")

    assert run.variables() == {"x": Decimal(2), "z": Decimal(5)}
    with pytest.raises(ConflictError):
        run.set_variables(x=3)


def test_setting_variables_of_an_element_that_is_not_active_is_refused() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()

    with pytest.raises(NotFoundError):
        run.set_variables("a", y=5)


def test_a_job_s_variables_go_to_the_nearest_scope_that_has_them() -> None:
    inner = SubProcess(
        id=eid("sub"),
        nodes=(StartEvent(id=eid("is")), job("a"), user("u"), EndEvent(id=eid("ie"))),
        flows=process(flows="is > a > u > ie").flows,
        inputs=(VariableMapping(source="1", target="local"),),
    )
    run = run_of(process(S, inner, E, flows="s > sub > e"))
    run.start()

    opened = run.complete("a", local=2, shared=3)[-1]

    assert isinstance(opened, OpenUserTask)
    assert opened.variables == {"local": Decimal(2), "shared": Decimal(3)}
    assert run.variables() == {"shared": Decimal(3)}


def test_an_unknown_id_changes_nothing() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.start()
    other = Driver(run.process)
    other.start()
    other.work["job"]["a"] = CreateJob(
        job_id=getattr(run.work["job"]["a"], "job_id")[:-1] + "9",  # noqa: B009
        element_id=eid("a"),
        job_type="a",
        retries=1,
        headers={},
        variables={},
    )

    with pytest.raises(NotFoundError):
        other.complete("a")

    assert other.state == run.state


def test_a_time_that_is_not_utc_is_refused() -> None:
    run = run_of(process(S, job("a"), E, flows="s > a > e"))
    run.now = START.replace(tzinfo=None)

    with pytest.raises(MisuseError, match="UTC"):
        run.start()

    assert run.state.root is None
