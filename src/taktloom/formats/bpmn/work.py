# SPDX-License-Identifier: Apache-2.0
"""Who does the work of a task: job types of machines, assignment of persons, in all dialects that are read."""

from lxml import etree

from taktloom.formats.bpmn.camunda import camunda_job
from taktloom.formats.bpmn.extensions import Extensions
from taktloom.formats.bpmn.reading import Reading
from taktloom.model.process import JobDefinition

__all__ = ["DEFAULT_RETRIES", "read_job"]

DEFAULT_RETRIES = 3


def read_job(reading: Reading, element: etree._Element) -> JobDefinition | None:
    """The job that the element orders: `taskDefinition`, else what Camunda 7 has in its place; None for none."""
    extensions = Extensions(element)
    job_type = extensions.get("taskDefinition", "type")
    if not job_type:
        return camunda_job(reading, element)
    return JobDefinition(
        type=job_type,
        retries=read_retries(reading, element, extensions.get("taskDefinition", "retries")),
        headers=extensions.headers(),
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
