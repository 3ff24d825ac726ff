# SPDX-License-Identifier: Apache-2.0
"""One trace from the call that starts an instance over its jobs to their completion; without values anywhere."""

import threading
import time
from collections.abc import Iterator

import httpx
import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from taktloom import worker
from taktloom.app.settings import Settings
from taktloom.app.telemetry import Telemetry
from taktloom.app.wiring import Rooms
from taktloom.connect import HttpJobSource, Job, PoolOptions, WorkerPool
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.model.identifiers import ProcessId
from taktloom.storage import SyncLevel
from tests.web.live import listening, new_key
from tests.web.test_batch_completions import MODEL

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
PATIENCE_S = 60  # a loaded machine
PARENT = f"00-{TRACE}-{SPAN}-01"


@pytest.fixture
def exporter() -> InMemorySpanExporter:
    return InMemorySpanExporter()


@pytest.fixture
def provider(exporter: InMemorySpanExporter) -> TracerProvider:
    made = TracerProvider()
    made.add_span_processor(SimpleSpanProcessor(exporter))
    return made


@pytest.fixture(params=[True, False], ids=["with spans", "without spans"])
def is_traced(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def rooms(tmp_path_factory: pytest.TempPathFactory, provider: TracerProvider, is_traced: bool) -> Iterator[Rooms]:
    made = Rooms(Settings(data=tmp_path_factory.mktemp("server"), sync=SyncLevel.NORMAL))
    if is_traced:
        made.telemetry = Telemetry(provider)
    made.engine.deployments.deploy({"one.bpmn": MODEL})
    yield made
    made.close()


def start(address: str, key: str, traceparent: str) -> str:
    headers = {"Authorization": f"Bearer {key}", "traceparent": traceparent}
    body = {"variables": {"name": "a s3cret"}}
    answer = httpx.post(
        f"{address}/api/v1/processes/one/instances", json=body, headers=headers, trust_env=False, timeout=60
    )
    assert answer.status_code == 201
    return str(answer.json()["instance_key"])


def run_job(address: str, key: str, engine: EmbeddedEngine, provider: TracerProvider | None) -> dict[str, str]:
    """Let a worker do the job; the headers that it saw."""
    seen: dict[str, str] = {}
    done = threading.Event()

    @worker("work")
    def work(job: Job) -> dict[str, object]:
        seen.update(job.headers)
        done.set()
        return {"answer": "another s3cret"}

    source = HttpJobSource(address, key)
    pool = WorkerPool([work], source, PoolOptions(name="w", tracer_provider=provider))
    pool.start()
    assert done.wait(PATIENCE_S)
    pool.stop()
    source.close()
    return seen


def named(exporter: InMemorySpanExporter, name: str) -> ReadableSpan:
    """The one span of this name, waited for: the server ends its own after the answer was sent."""
    deadline = time.monotonic() + PATIENCE_S
    while not any(one.name == name for one in exporter.get_finished_spans()) and time.monotonic() < deadline:
        time.sleep(0.01)
    (span,) = [one for one in exporter.get_finished_spans() if one.name == name]
    return span


def parent_of(span: ReadableSpan) -> int:
    assert span.parent is not None
    return span.parent.span_id


@pytest.mark.parametrize("is_traced", [True], ids=["with spans"], indirect=True)
def test_the_start_the_job_and_its_completion_are_one_trace(
    rooms: Rooms, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    key = new_key(rooms)
    with listening(rooms) as address:
        instance_key = start(address, key, PARENT)
        headers = run_job(address, key, rooms.engine, provider)

    began = named(exporter, "POST /api/v1/processes/{process_id}/instances")
    job = named(exporter, "job work")
    completed = named(exporter, "POST /api/v1/jobs/{job_id}/completion")
    assert parent_of(began) == int(SPAN, 16)
    assert parent_of(job) == began.context.span_id
    assert parent_of(completed) == job.context.span_id
    assert {f"{one.context.trace_id:032x}" for one in (began, job, completed)} == {TRACE}
    assert headers["traceparent"].startswith(f"00-{TRACE}-")
    assert job.attributes is not None
    assert job.attributes["taktloom.instance_key"] == instance_key
    assert "s3cret" not in "".join(one.to_json() for one in exporter.get_finished_spans())


@pytest.mark.parametrize("is_traced", [True], ids=["with spans"], indirect=True)
def test_the_span_of_a_job_that_fails_says_so_and_quotes_no_value(
    rooms: Rooms, exporter: InMemorySpanExporter, provider: TracerProvider
) -> None:
    key, told = new_key(rooms), threading.Event()

    @worker("work")
    def work() -> None:
        told.set()
        raise LookupError("no customer s3cret")

    with listening(rooms) as address:
        start(address, key, PARENT)
        source = HttpJobSource(address, key)
        pool = WorkerPool([work], source, PoolOptions(name="w", tracer_provider=provider))
        pool.start()
        assert told.wait(PATIENCE_S)
        pool.stop()
        source.close()

    job, failed = named(exporter, "job work"), named(exporter, "POST /api/v1/jobs/{job_id}/failure")
    assert not job.status.is_ok
    assert job.attributes is not None
    assert job.attributes["error.type"] == "LookupError"
    assert parent_of(failed) == job.context.span_id
    assert "s3cret" not in "".join(one.to_json() for one in exporter.get_finished_spans())


STARTED_BY_EVENTS = MODEL.replace(
    b'<startEvent id="s"/>',
    b'<startEvent id="s"/><startEvent id="m"><messageEventDefinition messageRef="asked"/></startEvent>'
    b'<startEvent id="g"><signalEventDefinition signalRef="alarm"/></startEvent>'
    b'<sequenceFlow id="f3" sourceRef="m" targetRef="work"/><sequenceFlow id="f4" sourceRef="g" targetRef="work"/>',
).replace(b"</definitions>", b'<message id="asked" name="asked"/><signal id="alarm" name="alarm"/></definitions>')


@pytest.mark.parametrize("is_traced", [True], ids=["with spans"], indirect=True)
@pytest.mark.parametrize(("route", "name"), [("messages", "asked"), ("signals", "alarm")])
def test_an_instance_that_a_message_or_a_signal_starts_is_in_the_trace_of_who_sent_it(
    rooms: Rooms, exporter: InMemorySpanExporter, provider: TracerProvider, route: str, name: str
) -> None:
    rooms.engine.deployments.deploy({"one.bpmn": STARTED_BY_EVENTS})
    key = new_key(rooms)
    with listening(rooms) as address:
        headers = {"Authorization": f"Bearer {key}", "traceparent": PARENT}
        body = {"name": name, "variables": {"name": "a s3cret"}}
        url = f"{address}/api/v1/{route}"
        answer = httpx.post(url, json=body, headers=headers, trust_env=False, timeout=60)
        assert answer.status_code == 200
        seen = run_job(address, key, rooms.engine, provider)

    sent, job = named(exporter, f"POST /api/v1/{route}"), named(exporter, "job work")
    assert parent_of(sent) == int(SPAN, 16)
    assert parent_of(job) == sent.context.span_id
    assert seen["traceparent"].startswith(f"00-{TRACE}-")
    assert "s3cret" not in "".join(one.to_json() for one in exporter.get_finished_spans())


THROWER = (
    b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">'
    b'<signal id="alarm" name="alarm"/><message id="asked" name="asked"/>'
    b'<process id="thrower" isExecutable="true"><startEvent id="s"/><intermediateThrowEvent id="t">'
    b'<EVENT/></intermediateThrowEvent><endEvent id="e"/>'
    b'<sequenceFlow id="f1" sourceRef="s" targetRef="t"/><sequenceFlow id="f2" sourceRef="t" targetRef="e"/>'
    b"</process></definitions>"
)


@pytest.mark.parametrize("is_traced", [False], ids=["without spans"], indirect=True)
@pytest.mark.parametrize(
    "event", ['messageEventDefinition messageRef="asked"', 'signalEventDefinition signalRef="alarm"']
)
def test_what_an_instance_throws_carries_its_trace_to_the_instance_that_it_starts(rooms: Rooms, event: str) -> None:
    thrower = THROWER.replace(b"EVENT", event.encode())
    rooms.engine.deployments.deploy({"one.bpmn": STARTED_BY_EVENTS, "thrower.bpmn": thrower})

    rooms.engine.instances.start(ProcessId("thrower"), {}, traceparent=PARENT)

    (job,) = rooms.engine.jobs.lock(["work"], worker="w")
    assert job.headers == {"traceparent": PARENT}


@pytest.mark.parametrize("is_traced", [False], ids=["without spans"], indirect=True)
def test_without_spans_the_callers_trace_is_passed_on_as_it_came(rooms: Rooms, exporter: InMemorySpanExporter) -> None:
    key = new_key(rooms)
    with listening(rooms) as address:
        start(address, key, PARENT)
        headers = run_job(address, key, rooms.engine, None)

    assert headers == {"traceparent": PARENT}
    assert exporter.get_finished_spans() == ()


@pytest.mark.parametrize("is_traced", [False], ids=["without spans"], indirect=True)
@pytest.mark.parametrize("header", ["nonsense", f"00-{'0' * 32}-{SPAN}-01", f"ff-{TRACE}-{SPAN}-01", PARENT.upper()])
def test_a_header_that_is_no_trace_is_ignored(rooms: Rooms, header: str) -> None:
    key = new_key(rooms)
    with listening(rooms) as address:
        start(address, key, header)

    (job,) = rooms.engine.jobs.lock(["work"], worker="w")
    assert dict(job.headers) == {}


def test_a_called_instance_belongs_to_the_trace_of_its_caller() -> None:
    caller = MODEL.replace(b'id="one"', b'id="outer"').replace(
        b'<serviceTask id="work"><extensionElements><t:taskDefinition type="work"/></extensionElements></serviceTask>',
        b'<callActivity id="work" calledElement="one"/>',
    )
    engine = EmbeddedEngine.open(None)
    engine.deployments.deploy({"one.bpmn": MODEL, "outer.bpmn": caller})

    engine.instances.start(ProcessId("outer"), {}, traceparent=PARENT)

    (job,) = engine.jobs.lock(["work"], worker="w")
    assert dict(job.headers) == {"traceparent": PARENT}
    engine.drain()


def test_an_instance_keeps_its_trace_over_a_restart(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("engine")
    two = MODEL.replace(
        b'<endEvent id="e"/>',
        b'<serviceTask id="more"><extensionElements><t:taskDefinition type="more"/></extensionElements></serviceTask>'
        b'<endEvent id="e"/><sequenceFlow id="f3" sourceRef="more" targetRef="e"/>',
    ).replace(b'sourceRef="work" targetRef="e"', b'sourceRef="work" targetRef="more"')
    engine = EmbeddedEngine.open(folder / "engine.db")
    engine.deployments.deploy({"two.bpmn": two})
    engine.instances.start(ProcessId("one"), {}, traceparent=PARENT)
    engine.drain()

    engine = EmbeddedEngine.open(folder / "engine.db")
    (first,) = engine.jobs.lock(["work"], worker="w")
    engine.jobs.complete(first.job_id, first.fence, {})
    (second,) = engine.jobs.lock(["more"], worker="w")
    engine.drain()

    assert dict(second.headers) == {"traceparent": PARENT}
