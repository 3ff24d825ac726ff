# SPDX-License-Identifier: Apache-2.0
"""Scenarios: what is done to a model, and the visits that must follow, in order.

A line without indentation does something; the indented lines after it are the visits that came of it: `+a` activated,
`-a` completed, `~a` terminated, `!a` failed. An instance after the first begins its line with `#2`, `#3` …, in order of
their beginning. Comments begin with `#` and a blank. Values are JSON. What can be done is the table at the end.
"""

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from taktloom.testing import Engine, Instance, Job, MisuseError, UserTask

__all__ = ["MODELS", "Stage", "follow", "play", "sentence_of"]

MODELS = Path(__file__).parent / "models"
START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SIGNS = {"activated": "+", "completed": "-", "terminated": "~", "failed": "!"}
_JSON = re.compile(r"(?:^|\s)([{\[].*)$")
_SPAN = re.compile(r"(\d+)([dhms])")
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}


def sentence_of(path: Path) -> str:
    """What the scenario shows: its first line."""
    return path.read_text(encoding="utf-8").splitlines()[0].removeprefix("# ")


def play(path: Path) -> None:
    """Do what the scenario says and compare, line by line."""
    stage, text = Stage(path), path.read_text(encoding="utf-8")
    if not any(line.startswith("deploy") for line in text.splitlines()):
        stage.do(f"deploy {path.stem}")
    follow(stage, text)


def follow(stage: "Stage", text: str) -> None:
    """Do what the lines say with what is deployed."""
    actions: list[tuple[str, list[str]]] = []
    for line in text.splitlines():
        if not line.strip() or line.startswith("# "):
            continue
        if line.startswith(" "):
            actions[-1][1].append(line.strip())
        else:
            actions.append((line.strip(), []))
    for action, expected in actions:
        stage.do(action)
        assert stage.news() == expected, f"{stage.path.stem}: after '{action}'"


class Stage:
    """An engine, and what of its history has been seen."""

    def __init__(self, path: Path) -> None:
        self.path, self.engine = path, Engine(START)
        self.seen: dict[str, int] = {}

    def do(self, action: str) -> None:
        """One line."""
        word, _, rest = action.partition(" ")
        if word == "refused":
            try:
                self.do(rest)
            except MisuseError:
                return
            raise AssertionError(f"not refused: {rest}")
        found = _JSON.search(rest)
        values = json.loads(found[1]) if found else {}
        ACTIONS[word](self, (rest[: found.start()] if found else rest).split(), values)

    def news(self) -> list[str]:
        """The visits since last asked, one line per instance that had any."""
        lines = []
        for number, instance in enumerate(self.engine.instances(), start=1):
            fresh = instance.history[self.seen.get(instance.id, 0) :]
            self.seen[instance.id] = len(instance.history)
            if fresh:
                label = "" if number == 1 else f"#{number} "
                lines.append(label + " ".join(SIGNS[item.lifecycle] + item.element_id for item in fresh))
        return lines

    def instance(self, words: list[str]) -> Instance:
        """`#2`, else the first one."""
        number = next((int(word[1:]) for word in words if word.startswith("#")), 1)
        return self.engine.instances()[number - 1]

    def job(self, element: str) -> Job:
        """The oldest open one of the element; `a/2` the second."""
        name, _, number = element.partition("/")
        found = [job for job in self.engine.jobs() if job.element_id == name]
        if len(found) < int(number or 1):
            raise MisuseError(f"no job at {element}, there are {[job.element_id for job in self.engine.jobs()]}")
        return found[int(number or 1) - 1]

    def task(self, element: str) -> UserTask:
        """The oldest open one of the element."""
        return next(task for task in self.engine.user_tasks() if task.element_id == element)


def _deploy(stage: Stage, words: list[str], values: object) -> None:
    del values
    names = [word if "." in word else f"{word}.bpmn" for word in words]
    stage.engine.deploy(*(stage.path.parent / name for name in names))


def _span(text: str) -> timedelta:
    return timedelta(**{_UNITS[unit]: int(count) for count, unit in _SPAN.findall(text)})


def _same(given: object, expected: object) -> None:
    got = json.loads(json.dumps(given, default=str))
    assert got == expected, f"is {got}"


def _state(stage: Stage, words: list[str], values: object) -> None:
    del values
    assert stage.instance(words).state == words[-1]


def _incidents(stage: Stage, words: list[str], values: object) -> None:
    _same([incident.element_id for incident in stage.instance(words).incidents], values)


def _resolve(stage: Stage, words: list[str], values: Mapping[str, object]) -> None:
    instance = stage.instance(words)
    instance.resolve(instance.incidents[0], values)


def _publish(stage: Stage, words: list[str], values: Mapping[str, object]) -> None:
    keys = [word.removeprefix("key=") for word in words if word.startswith("key=")]
    names = [word for word in words if not word.startswith("key=")]
    stage.engine.publish(" ".join(names), keys[0] if keys else None, values)


def _throw(stage: Stage, words: list[str], values: Mapping[str, object]) -> None:
    stage.engine.throw_error(stage.job(words[0]), words[1], values)


def _scripts(stage: Stage, words: list[str], values: Mapping[str, object]) -> None:
    del words
    results: Mapping[str, Mapping[str, object]] = values  # type: ignore[assignment]
    stage.engine.run_script_tasks_as(lambda job: results.get(job.element_id, {}))


ACTIONS: Mapping[str, Callable[..., None]] = {
    "deploy": _deploy,
    "start": lambda stage, words, values: stage.engine.start(words[0], values),
    "complete": lambda stage, words, values: stage.engine.complete(stage.job(words[0]), values),
    "fail": lambda stage, words, _: stage.engine.fail(stage.job(words[0]), "failed"),
    "throw": _throw,
    "task": lambda stage, words, values: stage.engine.complete_task(stage.task(words[0]), values),
    "activate": lambda stage, words, _: stage.engine.activate(stage.instance(words), words[0]),
    "publish": _publish,
    "broadcast": lambda stage, words, values: stage.engine.broadcast(words[0], values),
    "conditions": lambda stage, _, values: stage.engine.evaluate_conditions(values),
    "advance": lambda stage, words, _: stage.engine.advance(_span(words[0])),
    "set": lambda stage, words, values: stage.instance(words).set_variables(values),
    "cancel": lambda stage, words, _: stage.instance(words).cancel(),
    "resolve": _resolve,
    "scripts": _scripts,
    "state": _state,
    "active": lambda stage, words, values: _same(stage.instance(words).active, values),
    "variables": lambda stage, words, values: _same(stage.instance(words).variables, values),
    "incidents": _incidents,
    "jobs": lambda stage, _, values: _same([job.element_id for job in stage.engine.jobs()], values),
    "sees": lambda stage, words, values: _same(stage.job(words[0]).variables, values),
    "stores": lambda stage, _, values: _same(stage.engine.data_stores, values),
}
