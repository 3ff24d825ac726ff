# SPDX-License-Identifier: Apache-2.0
"""Variables of jobs and user tasks as they are stored: a long value is written once for all of an instance.

A job is given all that is visible to it, of a multi-instance activity the whole collection too: written with each of
its jobs, n items would take n² bytes. So what is stored of such a job is a list of two objects: by name the digests of
its long values, then all its variables in their order, the long ones as null. Without long values it is the object of
the variables alone. User tasks are stored likewise.

That a value is written already is known by the value itself: values are replaced, never changed. What no open job
refers to any more goes when there are twice as many as were needed last, and all of it with the end of the instance.
User tasks show their variables after their end too: their long values stay as long as they do.
"""

import json
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from json.encoder import encode_basestring
from typing import TypeAlias

from taktloom.feel.values import FeelValue
from taktloom.feel.wire import json_text, utf8
from taktloom.hosts.embedded.core.live import FEW_LONG_VALUES, LiveInstance
from taktloom.hosts.embedded.core.values import SharedValue, StoredValues, ValueCodec, ValueOwner, digest, long_names
from taktloom.kernel.kept_variables import variables_text
from taktloom.kernel.sparse import with_entry
from taktloom.model.errors import IncidentError
from taktloom.model.identifiers import InstanceKey
from taktloom.storage import Session

__all__ = ["JobValues", "user_task_variables"]

_KEPT_BYTES = 32 * 1024 * 1024

_REMEMBERED = 64  # of one instance's long values that are written for its user tasks
_Name: TypeAlias = tuple[str, InstanceKey, str]  # tenant, instance, digest
_Known: TypeAlias = Mapping[int, tuple[FeelValue, str]]  # by identity the value and its digest


class JobValues:
    """Writes and reads variables of jobs. Only the writer's thread touches it.

    What it remembers of values is named by their digest, so that it can never be wrong; whether they are written
    stands with the live instance.
    """

    def __init__(self, codec: ValueCodec, *, long_from: int) -> None:
        """long_from: of how many characters of JSON a value is long."""
        self._codec, self._long_from = codec, long_from
        self._kept: OrderedDict[_Name, SharedValue] = OrderedDict()
        self._kept_bytes = 0

    def seal(self, session: Session, instance: LiveInstance, variables: Mapping[str, FeelValue]) -> bytes:
        """What is stored of a job with these variables; its long values are written with it."""
        parts = self._parts(instance, instance.long_values, variables)
        if parts.unwritten:
            self._write(session, instance, parts.unwritten, in_use=set(parts.names.values()))
        return self._codec.seal(utf8(parts.text), instance.owner)

    def seal_for_user_task(self, session: Session, instance: LiveInstance, variables: Mapping[str, FeelValue]) -> bytes:
        """What is stored of a user task with these variables; its long values are written with it."""
        parts = self._parts(instance, instance.user_task_values, variables)
        if len(instance.user_task_values) + len(parts.unwritten) > _REMEMBERED:
            instance.user_task_values = {}  # written again they change nothing: they are named by what they are
        for value_digest, (value, data) in parts.unwritten.items():
            self._insert("insert_user_task_value", session, instance, value_digest, data)
            instance.user_task_values = with_entry(instance.user_task_values, id(value), (value, value_digest))
        return self._codec.seal(utf8(parts.text), instance.owner)

    def _parts(self, instance: LiveInstance, known: _Known, variables: Mapping[str, FeelValue]) -> "_Parts":
        if not known or known.keys().isdisjoint(map(id, variables.values())):
            text = variables_text(variables)
            if len(text) < self._long_from:
                return _Parts(text)
        texts: dict[str, str] = {}
        names: dict[str, str] = {}
        unwritten: dict[str, tuple[FeelValue, bytes]] = {}
        for name, value in variables.items():
            kept = known.get(id(value))
            if kept is not None:
                names[name] = kept[1]
                continue
            text = json_text(value)
            if type(value) in _MAY_BE_LONG and len(text) >= self._long_from:
                data = utf8(text)
                names[name] = digest(instance.instance_key.encode(), data)
                unwritten[names[name]] = (value, data)
            else:
                texts[name] = text
        entries = [f"{encode_basestring(name)}:{texts.get(name, 'null')}" for name in variables]
        digests = [f'{encode_basestring(name)}:"{value_digest}"' for name, value_digest in names.items()]
        whole = f"{{{','.join(entries)}}}"
        return _Parts(f"[{{{','.join(digests)}}},{whole}]" if names else whole, names, unwritten)

    def open(
        self, session: Session, instance_key: InstanceKey, owner: ValueOwner, sealed: bytes
    ) -> Mapping[str, FeelValue]:
        """The variables of a job, which are read when somebody looks at them."""
        plain = self._codec.unseal(sealed, owner)
        if plain[:1] != b"[":
            return StoredValues(plain)
        digests = long_names(plain).values()
        return StoredValues(plain, {one: self._value(session, instance_key, owner, one) for one in digests})

    def forget(self, session: Session, instance: LiveInstance) -> None:
        """The instance has ended, and its jobs with it."""
        if instance.has_long_values:
            session.run("delete_job_values", tenant_id=instance.tenant_id, instance_key=instance.instance_key)
            instance.long_values, instance.has_long_values = {}, False

    def _write(
        self,
        session: Session,
        instance: LiveInstance,
        values: Mapping[str, tuple[FeelValue, bytes]],
        *,
        in_use: set[str],
    ) -> None:
        """in_use: by the job that is being written."""
        if len(instance.long_values) + len(values) > instance.most_long_values:
            self._drop_unused(session, instance, in_use)
        instance.has_long_values = True
        for value_digest, (value, data) in values.items():
            self._insert("insert_job_value", session, instance, value_digest, data)
            instance.long_values = with_entry(instance.long_values, id(value), (value, value_digest))
            self._keep((instance.tenant_id, instance.instance_key, value_digest), SharedValue(data))

    def _insert(self, statement: str, session: Session, instance: LiveInstance, value_digest: str, data: bytes) -> None:
        session.defer(
            statement,
            instance.instance_key + value_digest,
            tenant_id=instance.tenant_id,
            instance_key=instance.instance_key,
            value_digest=value_digest,
            value_sealed=self._codec.seal(data, instance.owner),
        )

    def _drop_unused(self, session: Session, instance: LiveInstance, in_use: set[str]) -> None:
        """Of the values of the instance; those that stay are written again when another job is given them."""
        name = {"tenant_id": instance.tenant_id, "instance_key": instance.instance_key}
        used = set(in_use)
        for row in session.all("variables_of_open_jobs", **name):
            used.update(long_names(self._codec.unseal(row.blob("variables_sealed"), instance.owner)).values())
        session.run("delete_other_job_values", **name, used=json.dumps(sorted(used)))
        instance.long_values = {}
        instance.most_long_values = max(FEW_LONG_VALUES, 2 * len(used))

    def _value(self, session: Session, instance_key: InstanceKey, owner: ValueOwner, value_digest: str) -> SharedValue:
        name = (owner.tenant_id, instance_key, value_digest)
        kept = self._kept.get(name)
        if kept is not None:
            self._kept.move_to_end(name)
            return kept
        row = session.first_of(
            "job_value",
            instance_key + value_digest,
            tenant_id=owner.tenant_id,
            instance_key=instance_key,
            value_digest=value_digest,
        )
        if row is None:
            raise _lost(instance_key)
        value = SharedValue(self._codec.unseal(row.blob("value_sealed"), owner))
        self._keep(name, value)
        return value

    def _keep(self, name: _Name, value: SharedValue) -> None:
        present = self._kept.pop(name, None)
        self._kept[name] = value
        self._kept_bytes += value.size - (0 if present is None else present.size)
        while self._kept_bytes > _KEPT_BYTES and len(self._kept) > 1:
            _, gone = self._kept.popitem(last=False)
            self._kept_bytes -= gone.size


def user_task_variables(
    session: Session, codec: ValueCodec, instance_key: InstanceKey, owner: ValueOwner, sealed: bytes
) -> Mapping[str, FeelValue]:
    """The variables that a user task was opened with, as `JobValues.seal_for_user_task` stored them."""
    plain = codec.unseal(sealed, owner)
    digests = sorted(set(long_names(plain).values()))
    if not digests:
        return StoredValues(plain)
    rows = session.all(
        "user_task_values", tenant_id=owner.tenant_id, instance_key=instance_key, digests=json.dumps(digests)
    )
    found = {row.text("value_digest"): SharedValue(codec.unseal(row.blob("value_sealed"), owner)) for row in rows}
    if len(found) < len(digests):
        raise _lost(instance_key)
    return StoredValues(plain, found)


def _lost(instance_key: InstanceKey) -> IncidentError:
    return IncidentError(
        f"A value that a job or user task of instance {instance_key} is given is not in the database.",
        remedy="Restore the backup; report this if there was no damage.",
        parameters={"instance_key": instance_key},
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """Variables as text; of the long values that it leaves out the digests by name, and those not written yet."""

    text: str
    names: Mapping[str, str] = field(default_factory=dict)
    unwritten: Mapping[str, tuple[FeelValue, bytes]] = field(default_factory=dict)


_MAY_BE_LONG = frozenset({list, dict, str})
