# SPDX-License-Identifier: Apache-2.0
"""Work in processes of its own that never outlive what asked for it.

Whoever waits for results heeds its listener (`watching`) while they are made, and kills the processes when it is
stopped or fails: they keep nothing and write nothing, so there is nothing to tidy. A process also ends with the one
that began it, however that ended: a pipe that only the latter holds open tells. The processes are spawned: a forked
server would carry its threads' locks along.
"""

import os
import signal
import threading
from collections.abc import Callable, Generator, Iterable, Iterator
from itertools import islice
from multiprocessing import connection, get_context, parent_process
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, TypeVar

from taktloom.mining.watching import heed
from taktloom.model.errors import IncidentError

Task = TypeVar("Task")
Result = TypeVar("Result")
HEED_EVERY_S = 0.1
AHEAD = 3
"""Tasks per process that are begun before the first of them is taken: what is done early waits in memory."""


class ProcessLostError(IncidentError):
    """A process that computed for an analysis was ended from outside, as when memory runs out."""

    code = "TL-3102"


def in_processes(
    prepare: Callable[[], Callable[[Task], Result]], tasks: Iterable[Task], *, jobs: int
) -> Generator[Result, None, None]:
    """The results of *tasks*, which may be without end, in their order, from at most *jobs* processes.

    prepare: called once in each process, gives what is called with each task; it, tasks and results can be pickled.
    Raises what *prepare* or a task raises, ProcessLostError, and whatever the listener raises to stop the work.
    """
    crew = _Crew(prepare, jobs)
    try:
        yield from crew.results(iter(tasks))
    finally:
        crew.end()


def _end_with_parent() -> None:
    """End at once when the process that began this one is gone, and leave Ctrl+C to it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_when_alone, daemon=True).start()


def _end_when_alone() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)  # whatever it computes, nobody waits for it any more


class _Crew:
    """The processes, each with the pipe that it is spoken to by and the number of the task that it has."""

    def __init__(self, prepare: Callable[[], Callable[[Any], Any]], most: int) -> None:
        self._prepare, self._most = prepare, most
        self._processes: list[BaseProcess] = []
        self._idle: list[Connection] = []
        self._busy: dict[Connection, int] = {}

    def results(self, tasks: Iterator[Any]) -> Iterator[Any]:
        """What comes of *tasks*, in their order."""
        given = taken = 0
        made: dict[int, Any] = {}
        is_over = False
        while not (is_over and taken == given):
            while not is_over and self._has_room(given - taken):
                for task in islice(tasks, 1):
                    self._give(task, given)
                    given += 1
                    break
                else:
                    is_over = True
            while taken in made:
                yield made.pop(taken)
                taken += 1
            heed()
            made.update(self._answers())

    def _has_room(self, untaken: int) -> bool:
        return (bool(self._idle) or len(self._processes) < self._most) and untaken < AHEAD * self._most

    def _answers(self) -> dict[int, Any]:
        """Results by the number of their task; waits for the first, but not long."""
        answers: dict[int, Any] = {}
        for pipe in connection.wait(list(self._busy), HEED_EVERY_S) if self._busy else ():
            assert isinstance(pipe, Connection)
            number = self._busy[pipe]
            answers[number] = self._take(pipe)
        return answers

    def _hire(self) -> None:
        context = get_context("spawn")
        ours, theirs = context.Pipe()
        self._idle.append(ours)
        process = context.Process(target=_serve, args=(theirs, self._prepare), daemon=True)
        process.start()
        self._processes.append(process)
        theirs.close()

    def end(self) -> None:
        """Kill the processes and wait until they are gone."""
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.join()
        for pipe in (*self._idle, *self._busy):
            pipe.close()

    def _give(self, task: Any, number: int) -> None:
        if not self._idle:
            self._hire()
        pipe = self._idle.pop()
        self._busy[pipe] = number
        try:
            pipe.send(task)
        except OSError as error:
            raise _lost() from error

    def _take(self, pipe: Connection) -> Any:
        try:
            result, error = pipe.recv()
        except (EOFError, OSError) as gone:
            raise _lost() from gone
        if error is not None:
            raise error
        del self._busy[pipe]
        self._idle.append(pipe)
        return result


def _lost() -> ProcessLostError:
    return ProcessLostError(
        "A process that computed for this analysis was ended from outside.",
        remedy="Look whether memory ran out; let fewer processes compute.",
    )


def _serve(pipe: Connection, prepare: Callable[[], Callable[[Any], Any]]) -> None:
    """What a process does: take tasks and send results until it is ended."""
    _end_with_parent()
    work: Callable[[Any], Any] | None = None
    while True:
        task = pipe.recv()
        try:
            work = work or prepare()
            answer: tuple[Any, Exception | None] = (work(task), None)
        except Exception as error:
            answer = (None, error)
        pipe.send(answer)
