# SPDX-License-Identifier: Apache-2.0
"""Every variable value passes the value codec, and comes back as it was."""

from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taktloom.feel import from_python
from taktloom.feel.values import FeelValue
from taktloom.hosts.embedded import CountingIds, EmbeddedEngine, EngineOptions, ManualClock, Message, ValueOwner
from taktloom.hosts.embedded.core.values import StoredValues, digest, dump_values, load_values
from taktloom.model.identifiers import ProcessId, SubjectKey
from taktloom.model.operations import UserTaskQuery
from tests.hosts.embedded.conftest import MODELS, MONDAY

SECRET = "s3cr3t-value"
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.text(max_size=20),
    st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**12), max_value=10**12),
    st.dates(),
    st.datetimes(timezones=st.sampled_from([UTC, ZoneInfo("Europe/Amsterdam"), ZoneInfo("Asia/Shanghai")])),
    st.timedeltas(),
)
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)


class Scrambling:
    """A codec that is not the identity, and remembers for whom it worked."""

    def __init__(self) -> None:
        self.owners: set[ValueOwner] = set()

    def seal(self, plain: bytes, owner: ValueOwner) -> bytes:
        self.owners.add(owner)
        return bytes(byte ^ 0x5A for byte in plain)

    def unseal(self, sealed: bytes, owner: ValueOwner) -> bytes:
        assert owner in self.owners
        return bytes(byte ^ 0x5A for byte in sealed)


def test_no_plain_value_reaches_the_disk_when_the_codec_seals(tmp_path: Path) -> None:
    codec = Scrambling()
    options = EngineOptions(clock=ManualClock(MONDAY), ids=CountingIds(), codec=codec)
    engine = EmbeddedEngine.open(tmp_path / "engine.db", options)
    names = ("register_and_decide", "wait_for_payment", "divide")
    engine.deployments.deploy({f"{name}.bpmn": (MODELS / f"{name}.bpmn").read_bytes() for name in names})

    subject = SubjectKey("citizen-1")
    key = engine.instances.start(ProcessId("permit"), {"amount": SECRET}, subject_key=subject).instance_key
    (job,) = engine.jobs.lock(["register-case"], worker="w")
    engine.jobs.complete(job.job_id, job.fence, {"again": SECRET})
    (task,) = engine.user_tasks.search(UserTaskQuery()).items
    shown = engine.user_tasks.detail(task.user_task_id).variables
    engine.user_tasks.complete(task.user_task_id, {"more": SECRET})
    engine.instances.start(ProcessId("payment"), {"invoice": SECRET})
    engine.instances.start(ProcessId("divide"), {"amount": SECRET})
    buffered = Message(name="other", correlation_key=SECRET, variables={"x": SECRET}, time_to_live=timedelta(hours=1))
    engine.messages.correlate(buffered)
    events = engine.instances.events(key)
    replayed = engine.instances.check_replay(key)
    engine.drain()

    on_disk = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert shown["again"] == SECRET
    assert {event.attributes.get("event.amount") for event in events} == {None, SECRET}
    assert replayed == 3
    assert SECRET.encode() not in on_disk
    assert {owner.subject_key for owner in codec.owners} == {None, subject}


@given(st.dictionaries(st.text(max_size=8), VALUES, max_size=4))
def test_values_come_back_as_they_were(values: dict[str, object]) -> None:
    feel_values: dict[str, FeelValue] = {name: from_python(value) for name, value in values.items()}

    assert load_values(dump_values(feel_values)) == feel_values


def test_the_stored_form_does_not_depend_on_the_order_of_names() -> None:
    assert dump_values({"b": Decimal(1), "a": None}) == dump_values({"a": None, "b": Decimal(1)}) == b'{"a":null,"b":1}'


def test_parts_of_a_digest_cannot_run_into_each_other() -> None:
    assert digest(b"ab", b"c") != digest(b"a", b"bc")


def test_stored_values_are_read_when_they_are_looked_at_and_equal_what_was_stored() -> None:
    values: dict[str, FeelValue] = {"amount": Decimal("1250.5"), "name": "Ada"}
    stored, unreadable = StoredValues(dump_values(values)), StoredValues(b"{")

    assert stored == values
    assert (len(stored), list(stored), repr(stored)) == (2, ["amount", "name"], repr(values))
    with pytest.raises(ValueError, match="Expecting"):
        unreadable["amount"]
