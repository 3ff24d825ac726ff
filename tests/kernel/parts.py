# SPDX-License-Identifier: Apache-2.0
"""Elements that many tests of the kernel put together."""

from taktloom.model.event_definitions import ErrorDefinition, TimerDefinition
from taktloom.model.process import BoundaryEvent, EndEvent, ServiceTask, StartEvent, UserTask
from tests.kernel.build import eid

S, E = StartEvent(id=eid("s")), EndEvent(id=eid("e"))


def job(name: str) -> ServiceTask:
    return ServiceTask(id=eid(name), job_type=name)


def user(name: str) -> UserTask:
    return UserTask(id=eid(name))


def timer(
    name: str, host: str, duration: str | None = None, date: str | None = None, cycle: str | None = None
) -> BoundaryEvent:
    definition = TimerDefinition(date=date, duration=duration, cycle=cycle)
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition)


def side_timer(
    name: str, host: str, duration: str | None = None, date: str | None = None, cycle: str | None = None
) -> BoundaryEvent:
    definition = TimerDefinition(date=date, duration=duration, cycle=cycle)
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=definition, is_interrupting=False)


def error(name: str, host: str, code: str | None) -> BoundaryEvent:
    return BoundaryEvent(id=eid(name), attached_to=eid(host), definition=ErrorDefinition(code=code))
