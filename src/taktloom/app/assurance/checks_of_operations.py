# SPDX-License-Identifier: Apache-2.0
"""What must hold of deployments, migrations, batches and webhooks, whatever went wrong before; see checks.py."""

import json
from collections import Counter, defaultdict
from collections.abc import Set as AbstractSet

from taktloom.app.assurance.checks import Seen
from taktloom.app.assurance.records import Known, Wrong, require
from taktloom.model.identifiers import DefinitionKey, InstanceKey
from taktloom.model.interventions import BatchKind, BatchState
from taktloom.model.webhooks import WebhookTopic
from taktloom.storage import Row, SqliteSession

_MARKED_BY = {BatchKind.SET_VARIABLES: "VariablesSet", BatchKind.MIGRATE: "InstanceMigrated"}


def check_operations(session: SqliteSession, seen: Seen, known: Known, newer_keys: AbstractSet[DefinitionKey]) -> None:
    """Hold what operators ordered and webhooks were told against the journals. Raises ViolationError."""
    _check_deployment(session, known, newer_keys)
    for mark, key in known.migrated.items():
        times = seen.journals[key].marks["InstanceMigrated", mark] if key in seen.journals else 0
        require(times == 1, Wrong.DOUBLED if times else Wrong.LOST, f"migration {mark} of {key}: {times} times")
    _check_batches(session, seen, known)
    if session.count("webhooks"):
        _check_webhooks(session, seen, known)


def _check_deployment(session: SqliteSession, known: Known, newer_keys: AbstractSet[DefinitionKey]) -> None:
    """All files of a deployment, or none."""
    found = newer_keys & {DefinitionKey(row.text("definition_key")) for row in session.rows("definitions")}
    require(not found or found == newer_keys, Wrong.DIFFERS, f"of one deployment there are only {sorted(found)}")
    require(found or not known.has_deployed, Wrong.LOST, "the deployment")


def _check_batches(session: SqliteSession, seen: Seen, known: Known) -> None:
    items: defaultdict[str, list[Row]] = defaultdict(list)
    for row in session.rows("batch_items"):
        items[row.text("batch_id")].append(row)
    recorded = {
        (row.text("batch_id"), row.text("instance_key")): row.integer("n") for row in session.rows("actions_of_batches")
    }
    batches = {row.text("batch_id"): row for row in session.rows("batches")}
    for batch_id, total in known.batches.items():
        require(batch_id in batches, Wrong.LOST, f"batch {batch_id}")
        require(len(items[batch_id]) == total, Wrong.LOST, f"targets of batch {batch_id}")
    for name, batch in batches.items():
        _check_progress(batch, Counter(item.text("state") for item in items[name]))
        for item in items[name]:
            _check_item(seen, batch, item, recorded.get((name, item.text("target")), 0))


def _check_progress(batch: Row, states: Counter[str]) -> None:
    told = (batch.integer("total"), batch.integer("done"), batch.integer("failed"))
    counted = (states.total(), states["done"], states["failed"])
    require(told == counted, Wrong.DIFFERS, f"batch {batch.text('reason')} says {told}, its targets {counted}")
    is_over = batch.text("state") == BatchState.DONE
    require(is_over != bool(states["pending"]), Wrong.DIFFERS, f"batch {batch.text('reason')} is over: {is_over}")


def _check_item(seen: Seen, batch: Row, item: Row, recorded: int) -> None:
    """Done as a whole, journal and record of the action, or not at all."""
    key, mark = InstanceKey(item.text("target")), batch.text("reason")
    times = seen.journals[key].marks[_MARKED_BY[BatchKind(batch.text("kind"))], mark]
    wanted = int(item.text("state") == "done")
    what = f"{mark} of {key} is {item.text('state')}: in the journal {times} times, recorded {recorded} times"
    wrong = Wrong.DOUBLED if times > wanted else Wrong.LOST if times < wanted else Wrong.DIFFERS
    require(times == recorded == wanted, wrong, what)


def _check_webhooks(session: SqliteSession, seen: Seen, known: Known) -> None:
    """Told or on its way is all that was committed, each once, and nothing else."""
    waiting = {row.text("outbox_id"): row.text("payload") for row in session.rows("outbox")}
    messages = [json.loads(payload) for payload in (known.received | waiting).values()]
    told = Counter((str(one["type"]), str(one["data"]["instance_key"])) for one in messages)
    happened = _happened(seen)
    missing, surplus = happened - told, told - happened
    require(not missing, Wrong.LOST, f"webhooks were not told of {sorted(missing)[:3]}")
    require(not surplus, Wrong.DOUBLED, f"webhooks were told too much: {sorted(surplus)[:3]}")


def _happened(seen: Seen) -> Counter[tuple[str, str]]:
    """What webhooks listen to, by kind and instance, as the tables have it."""
    happened: Counter[tuple[str, str]] = Counter()
    for key, row in seen.instances.items():
        happened[WebhookTopic.INSTANCE_STARTED.value, key] += 1
        happened[WebhookTopic.INSTANCE_ENDED.value, key] += row.text("status") != "active"
        completed = sum(task.text("state") == "completed" for task in seen.user_tasks.get(key, []))
        happened[WebhookTopic.TASK_COMPLETED.value, key] += completed
        happened[WebhookTopic.INCIDENT_RAISED.value, key] += len(seen.incidents.get(key, []))
    return happened
