# SPDX-License-Identifier: Apache-2.0
"""Walking a random path, with every step watched: `python -m tests.properties.path_walk --pairs 2000 --seed 1`.

Before each step the state is stored and loaded, and the copy takes the same step: both must say the same and be the
same. Tokens, scopes and waits must agree after it. At the end the journal is replayed from nothing.
"""

import argparse
import random
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from taktloom.kernel import ExecutableProcess, InstanceState, step
from taktloom.kernel.commands import Command
from taktloom.kernel.events import KernelEvent
from taktloom.kernel.history import HistoryItem
from taktloom.kernel.state_json import load_event, load_state, save_event, save_state
from taktloom.testing import Engine, Instance
from taktloom.testing import world as world_module
from tests.properties.paths import PathModel, path_model

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MAX_ACTIONS = 600
WAITS = (
    "jobs", "user_tasks", "timers", "subscriptions", "signals", "conditions", "gathered", "requests", "incidents",
    "children",
)  # fmt: skip


@dataclass
class Watch:
    """Takes the place of `step` in the kit."""

    journals: dict[str, list[bytes]] = field(default_factory=dict)
    finals: dict[str, tuple[ExecutableProcess, InstanceState, list[Command]]] = field(default_factory=dict)

    def step(
        self,
        process: ExecutableProcess,
        state: InstanceState,
        event: KernelEvent,
        history: list[HistoryItem],
        *,
        has_event_log: bool,
    ) -> list[Command]:
        """The step, twice: once from a stored and loaded copy."""
        copy, copied_history = load_state(save_state(state)), list[HistoryItem]()
        copied = step(process, copy, load_event(save_event(event)), copied_history, has_event_log=has_event_log)
        told = len(history)
        commands = step(process, state, event, history, has_event_log=has_event_log)
        assert copied == commands
        assert copied_history == history[told:]
        assert copy == state
        assert save_state(copy) == save_state(state)
        check_tokens(state)
        key = state.instance_key
        self.journals.setdefault(key, []).append(save_event(event))
        said = [*self.finals[key][2], *commands] if key in self.finals else commands
        self.finals[key] = (process, state, said)
        return commands

    def replay(self) -> None:
        """Every journal again, from nothing."""
        for key, journal in self.journals.items():
            process, final, said = self.finals[key]
            state = InstanceState(instance_key=final.instance_key)
            again = [
                command for entry in journal for command in step(process, state, load_event(entry), has_event_log=False)
            ]
            assert again == said
            assert save_state(state) == save_state(final)


def check_tokens(state: InstanceState) -> None:
    """Every token is in its scope, every scope has its owner, every wait its holder, and nothing is left over."""
    in_scopes = [token for scope in state.scopes.values() for token in scope.tokens]
    assert sorted(in_scopes) == sorted(state.tokens)
    for scope_id, scope in state.scopes.items():
        if scope.owner is not None:
            assert state.tokens[scope.owner].inner == scope_id
    held = [wait for token in state.tokens.values() for wait in token.waits]
    held += [wait for scope in state.scopes.values() for wait in scope.waits]
    opened = [wait for store in WAITS for wait in getattr(state, store)]
    assert sorted(held) == sorted(opened)
    if state.status != "active":
        assert not state.tokens
        assert set(state.scopes) <= {state.root}
        assert not opened


def walk(model: PathModel, choose: random.Random) -> None:
    """Lead an instance along the model's path and compare its visits."""
    watch, original = Watch(), vars(world_module)["step"]
    vars(world_module)["step"] = watch.step
    try:
        engine = Engine(START)
        engine.deploy(model.xml)
        instance = engine.start("p", model.variables)
        act_to_the_end(engine, instance, model, choose)
    finally:
        vars(world_module)["step"] = original
    assert (instance.state, instance.incidents) == ("completed", [])
    assert Counter((str(i.element_id), str(i.lifecycle)) for i in instance.history) == model.visits
    watch.replay()


def act_to_the_end(engine: Engine, instance: Instance, model: PathModel, choose: random.Random) -> None:
    """Do what some element that waits needs, until the instance is over."""
    done: Counter[tuple[str, int]] = Counter()
    for _ in range(MAX_ACTIONS):
        if instance.state != "active":
            return
        waiting = sorted({element for element in instance.active if element in model.how})
        assert waiting, f"stuck at {instance.active} with {instance.incidents}"
        element = choose.choice(waiting)
        visit = sum(1 for item in instance.history if item.element_id == element and item.lifecycle == "activated")
        actions = model.how[element]
        action, target = actions[min(done[element, visit], len(actions) - 1)]
        done[element, visit] += 1
        DO[action](engine, instance, target)
    raise AssertionError(f"no end: {instance.active}")


def _job(engine: Engine, instance: Instance, element: str) -> None:
    del instance
    jobs = [job for job in engine.jobs() if job.element_id == element]
    if jobs:  # the data of a branch that runs beside it may be needed first
        engine.complete(jobs[0], {"n": 1})


def _task(engine: Engine, instance: Instance, element: str) -> None:
    del instance
    engine.complete_task(next(task for task in engine.user_tasks() if task.element_id == element))


def _throw(engine: Engine, instance: Instance, target: str) -> None:
    del instance
    element, code = target.split()
    engine.throw_error(next(job for job in engine.jobs() if job.element_id == element), code)


DO: dict[str, Callable[[Engine, Instance, str], object]] = {
    "job": _job,
    "task": _task,
    "throw": _throw,
    "publish": lambda engine, _, name: engine.publish(name),
    "broadcast": lambda engine, _, name: engine.broadcast(name),
    "advance": lambda engine, _instance, _name: engine.advance(timedelta(hours=1)),
    "set": lambda _, instance, name: instance.set_variables({name: True}),
}


def main() -> int:
    """Walk many pairs of process and path."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--pairs", type=int, default=2000)
    options.add_argument("--seed", type=int, default=1)
    chosen = options.parse_args()
    began, visits = time.perf_counter(), 0
    for number in range(chosen.pairs):
        seed = chosen.seed * 1_000_000 + number
        choose = random.Random(seed)
        model = path_model(choose)
        try:
            walk(model, choose)
        except BaseException:
            sys.stdout.write(f"seed {seed}:\n{model.xml}\n")
            raise
        visits += sum(model.visits.values())
    seconds = time.perf_counter() - began
    sys.stdout.write(f"{chosen.pairs} pairs of process and path, {visits} changes of visits, {seconds:.0f} s\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
