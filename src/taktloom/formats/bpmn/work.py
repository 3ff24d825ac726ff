# SPDX-License-Identifier: Apache-2.0
"""Who does the work of a task: job types of machines, assignment of persons, in all dialects that are read."""

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_job, split_pauses
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.reading import Reading
from taktloom.model.process import JobDefinition

__all__ = ["DEFAULT_RETRIES", "job_of_type", "read_job", "read_retries"]

DEFAULT_RETRIES = 3


def read_job(reading: Reading, element: etree._Element) -> JobDefinition | None:
    """The job that the element orders: `taskDefinition`, else what Camunda 7 has in its place; None for none."""
    job_type = Extensions(element).get("taskDefinition", "type")
    return job_of_type(reading, element, job_type) if job_type else camunda_job(reading, element)


def job_of_type(reading: Reading, element: etree._Element, job_type: str) -> JobDefinition:
    """What our extensions say of the job; with pauses, but no number of tries, there is one try more than pauses."""
    extensions = Extensions(element)
    back_off = split_pauses(extensions.get("retryBackOff", "durations") or "")
    retries = extensions.get("taskDefinition", "retries") or (str(len(back_off) + 1) if back_off else None)
    return JobDefinition(
        type=job_type,
        retries=read_retries(reading, element, retries),
        headers=extensions.headers(),
        priority=extensions.get("priorityDefinition", "priority") or None,
        back_off=back_off,
    )


def read_retries(reading: Reading, element: etree._Element, text: str | None) -> int:
    """The number of tries; a finding for what is no number."""
    digits = (text or str(DEFAULT_RETRIES)).strip().removeprefix("=").strip()
    if digits.isascii() and digits.isdigit() and len(digits) < 6:
        return int(digits)
    reading.report(
        "retries-not-a-number",
        element,
        f"The number of tries '{digits}' is no whole number.",
        "Write a number such as 3.",
    )
    return DEFAULT_RETRIES
