# SPDX-License-Identifier: Apache-2.0
"""What must hold of the database after every recovery and at the end, whatever went wrong before.

The database is read by a connection of its own without faults. Journals are replayed; the stored states, every table
and everything that was acknowledged are held against what the journals say.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from taktloom.app.assurance.journals import Journals, Replayed
from taktloom.app.assurance.models import HEARD, HEARER, SIREN, TICKER, TICKS
from taktloom.app.assurance.outside import World
from taktloom.app.assurance.records import Known, Wrong, require
from taktloom.kernel.state import InstanceState, InstanceStatus
from taktloom.kernel.state_json import save_state
from taktloom.model.identifiers import DefinitionKey, InstanceKey
from taktloom.storage import Row, SqliteSession, load_queries, open_connection, to_micros

_QUERIES = load_queries("taktloom.app.assurance", "sql")
_OVER = frozenset({"completed", "cancelled"})


@dataclass(slots=True)
class Seen:
    """The database as the checks read it: rows by instance, each instance's state, and its replayed journal."""

    instances: dict[InstanceKey, Row]
    states: dict[InstanceKey, bytes]
    journals: dict[InstanceKey, Replayed]
    jobs: dict[str, list[Row]]
    timers: dict[str, list[Row]]
    subscriptions: dict[str, list[Row]]
    signals: dict[str, list[Row]]
    user_tasks: dict[str, list[Row]]
    incidents: dict[str, list[Row]]
    events: dict[str, int]
    messages: dict[str, str | None]
    timer_starts: int


def inspector(path: Path) -> SqliteSession:
    """A session of the checks' own on the database, without faults."""
    return SqliteSession(open_connection(path, is_first=False), _QUERIES)


def look(session: SqliteSession, journals: Journals) -> Seen:
    """Read everything in one view; journals are replayed on the way. Raises ViolationError."""
    session.connection.execute("BEGIN")
    try:
        return _read(session, journals)
    finally:
        session.connection.execute("ROLLBACK")


def check_soundness(session: SqliteSession) -> None:
    """SQLite's own full check. Raises ViolationError."""
    lines = [str(row[0]) for row in session.connection.execute("PRAGMA integrity_check")]
    require(lines == ["ok"], Wrong.DIFFERS, f"integrity check: {lines[:3]}")


def still_open(session: SqliteSession) -> int:
    """How many instances and timer starts have not come to their end."""
    return session.count("still_open")


def check(seen: Seen, known: Known, world: World) -> None:
    """Hold everything against everything; raises ViolationError for the first thing that does not fit."""
    for key, replayed in seen.journals.items():
        _check_instance(seen, key, replayed)
        require(
            replayed.last_at is None or replayed.last_at <= world.latest,
            Wrong.EARLY,
            f"{key}: an event at {replayed.last_at}, later than any clock",
        )
    _check_between(seen)
    _check_acknowledged(seen, known)
    _check_messages(seen, known, world)
    _check_effects(seen, known)


def check_no_early_event(session: SqliteSession, world: World) -> None:
    """No event bears a time that no clock has shown yet, as a timer fired before its time would."""
    latest = session.count("latest_journal_entry")
    require(latest <= to_micros(world.latest), Wrong.EARLY, "a timer fired before its time")


def _read(session: SqliteSession, journals: Journals) -> Seen:
    instances = {InstanceKey(row.text("instance_key")): row for row in session.rows("instances")}
    payloads: defaultdict[InstanceKey, list[bytes]] = defaultdict(list)
    for row in session.rows("journal"):
        entries = payloads[InstanceKey(row.text("instance_key"))]
        require(row.integer("sequence") == len(entries) + 1, Wrong.LOST, f"{row.text('instance_key')}: journal gap")
        entries.append(row.blob("payload_sealed"))
    replayed = {
        key: journals.replay(key, DefinitionKey(row.text("definition_key")), payloads[key])
        for key, row in instances.items()
    }
    return Seen(
        instances=instances,
        states={
            key: journals.brought_up(row.value("state_sealed"), row.integer_or_none("state_size") or 0, replayed[key])
            for key, row in instances.items()
        },
        journals=replayed,
        jobs=_by_instance(session.rows("jobs")),
        timers=_by_instance(session.rows("timers")),
        subscriptions=_by_instance(session.rows("subscriptions")),
        signals=_by_instance(session.rows("signal_subscriptions")),
        user_tasks=_by_instance(session.rows("user_tasks")),
        incidents=_by_instance(session.rows("incidents")),
        events={row.text("instance_key"): row.integer("n") for row in session.rows("event_counts")},
        messages={row.text("message_id"): row.text_or_none("correlated_with") for row in session.rows("messages")},
        timer_starts=session.count("timer_starts"),
    )


def _by_instance(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.text("instance_key")].append(row)
    return found


def _check_instance(seen: Seen, key: InstanceKey, replayed: Replayed) -> None:
    row, state = seen.instances[key], replayed.state
    require(seen.states[key] == save_state(state), Wrong.DIFFERS, f"{key}: the replay is not the stored state")
    require(row.text("status") == state.status.value, Wrong.DIFFERS, f"{key}: status")
    _check_version(seen, key, replayed)
    _check_tokens(key, state)
    for name, found, wanted in _tables(seen, key, replayed):
        require(found == wanted, Wrong.DIFFERS, f"{key}: {name}: {_difference(found, wanted)}")
    for (kind, name), times in replayed.happened.items():
        require(
            times == 1 or not name or kind == "JobErrorThrown", Wrong.DOUBLED, f"{key}: {kind} {name} {times} times"
        )


def _check_version(seen: Seen, key: InstanceKey, replayed: Replayed) -> None:
    """The instance and its open tasks are of the version that the journal has brought it to."""
    rows = [seen.instances[key], *(task for task in seen.user_tasks.get(key, []) if task.text("state") == "open")]
    found = {row.text("definition_key") for row in rows}
    require(found == {replayed.definition_key}, Wrong.DIFFERS, f"{key}: {found} instead of {replayed.definition_key}")


def _tables(seen: Seen, key: InstanceKey, replayed: Replayed) -> list[tuple[str, object, object]]:
    """Per table what it holds of the instance, and what it should hold."""
    state, row = replayed.state, seen.instances[key]
    is_active = state.status is InstanceStatus.ACTIVE
    jobs, tasks = seen.jobs.get(key, []), seen.user_tasks.get(key, [])
    incidents = seen.incidents.get(key, [])
    waiting = {job.text("job_id") for job in jobs if job.text("state") not in _OVER}
    failed = {wait.job_id for wait in state.incidents.values() if wait.job_id is not None}
    open_tasks = {task.text("user_task_id") for task in tasks if task.text("state") == "open"}
    open_incidents = {one.text("incident_id") for one in incidents if one.value("resolved_at") is None}
    timers = {one.text("timer_id"): one.integer("due_at") for one in seen.timers.get(key, [])}
    wanted_timers = {name: to_micros(wait.due_at) for name, wait in state.timers.items()}
    return [
        ("jobs", {job.text("job_id") for job in jobs}, set(replayed.jobs)),
        ("waiting jobs", waiting - failed if is_active else waiting, set(state.jobs) - failed),
        ("user tasks", {task.text("user_task_id") for task in tasks}, replayed.user_tasks),
        ("open user tasks", open_tasks, set(state.user_tasks)),
        ("timers", timers, wanted_timers),
        ("subscriptions", _ids(seen.subscriptions, key, "subscription_id"), set(state.subscriptions)),
        ("signals", _ids(seen.signals, key, "subscription_id"), set(state.signals)),
        ("incidents", {one.text("incident_id") for one in incidents}, replayed.incidents),
        ("open incidents", open_incidents, set(state.incidents)),
        ("count of incidents", row.integer("open_incidents"), len(open_incidents)),
        ("event log", seen.events.get(key, 0), replayed.events),
    ]


def _ids(rows: Mapping[str, list[Row]], key: str, column: str) -> set[str]:
    return {row.text(column) for row in rows.get(key, [])}


def _difference(found: object, wanted: object) -> str:
    if isinstance(found, set) and isinstance(wanted, set):
        return f"missing {sorted(wanted - found)}, too many {sorted(found - wanted)}"
    return f"{found} instead of {wanted}"


def _check_tokens(key: InstanceKey, state: InstanceState) -> None:
    """Every token is in exactly one scope, every wait belongs to one token or scope, and nothing waits for nothing."""
    in_scopes = [token for scope in state.scopes.values() for token in scope.tokens]
    require(sorted(in_scopes) == sorted(state.tokens), Wrong.DIFFERS, f"{key}: tokens and scopes differ")
    owned = [wait for token in state.tokens.values() for wait in token.waits]
    owned += [wait for scope in state.scopes.values() for wait in scope.waits]
    stores: list[Iterable[str]] = [
        state.jobs,
        state.user_tasks,
        state.timers,
        state.subscriptions,
        state.signals,
        state.conditions,
        state.requests,
        state.incidents,
        state.children,
    ]
    waits = [wait for store in stores for wait in store]
    require(sorted(owned) == sorted(waits), Wrong.DIFFERS, f"{key}: {sorted(set(owned) ^ set(waits))} belong to nobody")
    is_active = state.status is InstanceStatus.ACTIVE
    require(bool(state.tokens) == is_active, Wrong.DIFFERS, f"{key}: {len(state.tokens)} tokens, {state.status}")


def _check_between(seen: Seen) -> None:
    """Calls, thrown messages and started timers: all of what was committed, and only that."""
    called: defaultdict[str, list[str]] = defaultdict(list)
    for row in seen.instances.values():
        if row.value("caller_key") is not None and row.text("status") == "active":
            called[row.text("caller_key")].append(row.text("child_id"))
    for key, replayed in seen.journals.items():
        require(
            sorted(called.get(key, [])) == sorted(replayed.state.children),
            Wrong.DIFFERS,
            f"{key}: calls {sorted(replayed.state.children)}, called instances {sorted(called.get(key, []))}",
        )
    thrown = sum(replayed.messages_thrown[HEARD] for replayed in seen.journals.values())
    processes = Counter(row.text("process_id") for row in seen.instances.values())
    heard = processes[HEARER]
    require(heard == thrown, Wrong.LOST if heard < thrown else Wrong.DOUBLED, f"{thrown} thrown, {heard} heard")
    require(processes[TICKER] <= TICKS, Wrong.DOUBLED, f"a timer of {TICKS} starts started {processes[TICKER]}")
    require(processes[TICKER] or seen.timer_starts, Wrong.LOST, "a timer start is gone without having fired")
    sirens: Counter[tuple[str, str]] = Counter()
    for key, replayed in seen.journals.items():
        if seen.instances[key].text("process_id") == SIREN:
            sirens.update(replayed.marks)
    twice = [mark for mark, times in sirens.items() if mark[0] == "InstanceStarted" and times > 1]
    require(not twice, Wrong.DOUBLED, f"signals that started two instances: {twice}")


def _check_acknowledged(seen: Seen, known: Known) -> None:
    cases = Counter(row.text("business_key") for row in _first_ones(seen))
    for case, key in known.started.items():
        require(cases[case] > 0 and key in seen.instances, Wrong.LOST, f"the start of {case} as {key}")
    for case, times in cases.items():
        require(times == 1, Wrong.DOUBLED, f"{case} was started {times} times")
    happened: Counter[tuple[str, str]] = Counter()
    marks: defaultdict[tuple[str, str], set[InstanceKey]] = defaultdict(set)
    for key, replayed in seen.journals.items():
        happened.update({name: times for name, times in replayed.happened.items() if name[1]})
        for mark in replayed.marks:
            marks[mark].add(key)
    wanted: list[tuple[str, str]] = [("JobCompleted", name) for name in known.done]
    wanted += [("JobErrorThrown", name) for name in known.thrown]
    wanted += [("UserTaskCompleted", name) for name in known.tasks]
    wanted += [("IncidentResolved", name) for name in known.resolved]
    for name in wanted:
        require(happened[name] >= 1, Wrong.LOST, f"{name[0]} of {name[1]}")
    for variable, key in known.marks.items():
        require(key in marks["VariablesSet", variable], Wrong.LOST, f"variable {variable} of {key}")
    for signal, hearers in known.signals.items():
        require(hearers <= marks["SignalReceived", signal] | _started(seen), Wrong.LOST, f"signal {signal}")
    for key in known.cancelled:
        require(seen.instances[key].text("status") == "cancelled", Wrong.LOST, f"the cancellation of {key}")


def _first_ones(seen: Seen) -> list[Row]:
    """Instances that a client started: neither called nor started by an event."""
    rows = seen.instances.values()
    return [row for row in rows if row.value("caller_key") is None and row.value("business_key") is not None]


def _started(seen: Seen) -> set[InstanceKey]:
    return {key for key, row in seen.instances.items() if row.text("process_id") in {HEARER, TICKER, SIREN}}


def _check_messages(seen: Seen, known: Known, world: World) -> None:
    """Each message with an id went to whom it was said to, to nobody twice, or lies in the buffer until it expires."""
    for mark, fate in known.messages.items():
        counts = {
            key: replayed.marks["MessageCorrelated", mark]
            for key, replayed in seen.journals.items()
            if replayed.marks["MessageCorrelated", mark]
        }
        others = [key for key in counts if seen.instances[key].value("business_key") != fate.case]
        require(not others, Wrong.DIFFERS, f"message {mark} for {fate.case} went to {others}")
        if fate.taken is None or fate.is_void:
            continue
        if fate.taken:
            require(set(counts) == fate.taken, Wrong.LOST, f"message {mark}: {sorted(counts)} had it")
            continue
        require(sum(counts.values()) <= 1, Wrong.DOUBLED, f"the buffered message {mark} was had {counts}")
        if mark in seen.messages:
            taken = json.loads(seen.messages[mark] or "[]")
            require(taken == list(counts), Wrong.DOUBLED, f"message {mark}: the buffer says {taken}, journals {counts}")
        is_kept = mark in seen.messages or world.latest >= fate.expires_at or bool(counts)
        require(is_kept, Wrong.LOST, f"the buffered message {mark}")


def _check_effects(seen: Seen, known: Known) -> None:
    """Each effect outside belongs to one job of the journal, and no visit of an element had more than one."""
    made = {job: (key, element) for key, one in seen.journals.items() for job, element in one.jobs.items()}
    per_element: Counter[tuple[InstanceKey, str]] = Counter()
    for effect, place in known.effects.items():
        require(made.get(effect) == place, Wrong.DOUBLED, f"an effect under {effect}, which is no job")
        # A job that ended by an error nobody caught is done anew under another id: its worker has answered for it.
        per_element[place] += not seen.journals[place[0]].happened["JobErrorThrown", effect]
    for (key, element), times in per_element.items():
        visits = seen.journals[key].visits[element]
        require(times <= visits, Wrong.DOUBLED, f"{times} effects of {visits} visits of {element} in {key}")
