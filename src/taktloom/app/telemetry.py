# SPDX-License-Identifier: Apache-2.0
"""Traces by OpenTelemetry: a span for each request, the trace of a start call kept with the instance and in its jobs.

Without the setting `telemetry_endpoint` no span is made, yet the trace of a caller is passed on all the same. Spans
hold ids and names, never values of variables. Needs the extra `telemetry`.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taktloom.model.errors import IncidentError
from taktloom.model.trace_context import TRACEPARENT, valid_traceparent

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

CURRENT: ContextVar[str | None] = ContextVar("traceparent", default=None)  # of the request that is being answered


class MissingTelemetryError(IncidentError):
    """The setting asks for traces, but the packages for them are not installed."""

    code = "TL-3915"


@dataclass(slots=True)
class Answered:
    """What is known of a request when it has been answered."""

    route: str = ""
    status: int = 500


class Telemetry:
    """Makes spans and hands them to whatever the provider exports to."""

    def __init__(self, provider: "TracerProvider") -> None:
        self._provider = provider
        self._tracer = provider.get_tracer("taktloom")

    @contextmanager
    def request(self, method: str, headers: Mapping[str, str]) -> Iterator[Answered]:
        """A span around one request; what is put into the record that is given becomes its name and attributes."""
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        answered = Answered()
        came_with = TraceContextTextMapPropagator().extract(headers)
        with self._tracer.start_as_current_span(
            method, context=came_with, kind=SpanKind.SERVER, record_exception=False, set_status_on_exception=False
        ) as span:
            token = CURRENT.set(_traceparent(span))
            try:
                yield answered
            finally:
                CURRENT.reset(token)
                _describe(span, method, answered)

    def close(self) -> None:
        """Send what waits."""
        self._provider.shutdown()


@contextmanager
def passed_on(headers: Mapping[str, str]) -> Iterator[Answered]:
    """Without spans: the caller's trace goes on as it came."""
    token = CURRENT.set(valid_traceparent(headers.get(TRACEPARENT)))
    try:
        yield Answered()
    finally:
        CURRENT.reset(token)


def open_telemetry(endpoint: str) -> Telemetry:
    """Spans are sent to the collector at *endpoint* (OTLP over HTTP). Raises MissingTelemetryError."""
    return Telemetry(tracer_provider(endpoint, "taktloom"))


def tracer_provider(endpoint: str, service: str) -> "TracerProvider":
    """As open_telemetry, for a program that makes its own spans; service: its name in traces."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as missing:
        raise MissingTelemetryError(
            "The packages for traces are not installed.",
            remedy="Install them: pip install 'taktloom[telemetry]'",
            parameters={"extra": "telemetry"},
        ) from missing
    provider = TracerProvider(resource=Resource.create({"service.name": service}))
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))
    return provider


def _describe(span: "Span", method: str, answered: Answered) -> None:
    from opentelemetry.trace import StatusCode

    span.update_name(f"{method} {answered.route}".strip())
    span.set_attribute("http.request.method", method)
    span.set_attribute("http.route", answered.route)
    span.set_attribute("http.response.status_code", answered.status)
    if answered.status >= 500:
        span.set_status(StatusCode.ERROR)


def _traceparent(span: "Span") -> str | None:
    context = span.get_span_context()
    if not context.is_valid:
        return None
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
