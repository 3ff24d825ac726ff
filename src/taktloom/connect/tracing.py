# SPDX-License-Identifier: Apache-2.0
"""The trace of a job: from the header that it came with, over the worker's own span, to its completion.

Without a tracer provider no span is made and the job's trace is passed on as it came.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING

from taktloom.model.operations import LockedJob
from taktloom.model.trace_context import TRACEPARENT, valid_traceparent

if TYPE_CHECKING:
    from opentelemetry.trace import TracerProvider

CURRENT: ContextVar[str | None] = ContextVar("job_traceparent", default=None)


@contextmanager
def job_span(provider: "TracerProvider | None", job: LockedJob) -> Iterator[None]:
    """Around all that is done with one job; requests made inside carry its trace."""
    if provider is None:
        with _carrying(valid_traceparent(job.headers.get(TRACEPARENT))):
            yield
        return
    from opentelemetry.trace import SpanKind
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    propagator, carrier = TraceContextTextMapPropagator(), dict[str, str]()
    attributes: dict[str, str | int] = {
        "taktloom.job_id": job.job_id,
        "taktloom.job_type": job.job_type,
        "taktloom.instance_key": job.instance_key,
        "taktloom.process_id": job.process_id,
        "taktloom.element_id": job.element_id,
        "taktloom.attempt": job.attempt,
    }
    with provider.get_tracer("taktloom.worker").start_as_current_span(
        f"job {job.job_type}",
        context=propagator.extract(job.headers),
        kind=SpanKind.CONSUMER,
        attributes=attributes,
        record_exception=False,  # its text may quote variables
    ):
        propagator.inject(carrier)
        with _carrying(carrier.get(TRACEPARENT)):
            yield


def mark_failed(error: BaseException) -> None:
    """Say on the job's span that it failed, by the kind of exception only; where there is no span, nothing."""
    if "opentelemetry" not in sys.modules:
        return  # nobody made a span
    from opentelemetry.trace import StatusCode, get_current_span

    span = get_current_span()
    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", type(error).__qualname__)


@contextmanager
def _carrying(traceparent: str | None) -> Iterator[None]:
    token = CURRENT.set(traceparent)
    try:
        yield
    finally:
        CURRENT.reset(token)
