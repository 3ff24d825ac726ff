# SPDX-License-Identifier: Apache-2.0
"""A hand-written model, read, compiled and stepped."""

from datetime import timedelta
from decimal import Decimal

from taktloom.kernel.commands import CreateJob, InstanceOutcome, OpenUserTask, RecordEvent
from tests.kernel.driver import START, load_model, run_of, shown


def test_a_user_task_is_opened_for_its_groups_with_due_date_and_form() -> None:
    run = run_of(load_model("permit"))

    commands = run.start(amount=500)

    assert shown(commands) == [
        "RecordEvent received complete",
        "RecordEvent check start",
        "OpenUserTask check",
    ]
    task = commands[-1]
    assert isinstance(task, OpenUserTask)
    assert task.candidate_groups == ("clerks", "heads")
    assert task.due_at == START + timedelta(days=2)
    assert task.form_id == "check_form"
    assert task.variables == {"amount": Decimal(500)}


def test_the_start_row_carries_the_attributes_of_the_case() -> None:
    run = run_of(load_model("permit"))

    row = run.start(amount=500)[0]

    assert isinstance(row, RecordEvent)
    assert row.attributes == {"case.amount": Decimal(500)}
    assert row.resource == "ann"


def test_a_condition_that_holds_leads_to_the_service_task() -> None:
    run = run_of(load_model("permit"))
    run.start(amount=500)
    run.wait(hours=1)

    commands = run.complete_task("check", verdict="yes")

    assert shown(commands) == ["RecordEvent check complete", "RecordEvent register start", "CreateJob register"]
    row, job = commands[0], commands[-1]
    assert isinstance(row, RecordEvent)
    assert (row.resource, row.role, row.started_at) == ("bob", "clerks", START)
    assert row.attributes == {"event.verdict": "yes"}
    assert isinstance(job, CreateJob)
    assert (job.job_type, job.retries, job.headers) == ("register", 5, {"system": "back office"})
    assert job.variables == {"amount": Decimal(500), "verdict": "yes", "order": {"total": Decimal(1000)}}


def test_output_mappings_alone_hand_out_what_the_job_brings() -> None:
    run = run_of(load_model("permit"))
    run.start(amount=500)
    run.complete_task("check")

    commands = run.complete("register", number="A-17", secret="x")

    assert shown(commands) == [
        "RecordEvent register complete",
        "RecordEvent done complete",
        "FinishInstance completed",
    ]
    assert run.variables() == {"amount": Decimal(500), "registered": {"number": "A-17"}}
    assert run.outcome() is InstanceOutcome.COMPLETED


def test_the_default_flow_is_taken_when_no_condition_holds() -> None:
    run = run_of(load_model("permit"))
    run.start(amount=5)

    commands = run.complete_task("check")

    assert shown(commands)[-1] == "FinishInstance completed"
    assert ("register", "start") not in run.rows()
