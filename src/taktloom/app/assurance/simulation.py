# SPDX-License-Identifier: Apache-2.0
"""One simulated run: everything follows from its seed, so that a run that fails can be run again.

Clients use one or two engines on one database while the disk fails, machines go down, clocks jump and the network
loses, doubles and delays. After every recovery the database is checked. Then the faults stop, and everything must come
to its end. Real are the engine, the kernel, SQLite and its files; simulated are disk, clock, network and who uses it.
"""

import hashlib
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import apsw

from taktloom.app.assurance.checks import Seen, check, check_no_early_event, check_soundness, look, still_open
from taktloom.app.assurance.checks_of_operations import check_operations
from taktloom.app.assurance.clients import Clients, NoAnswer, Note, Request
from taktloom.app.assurance.journals import Journals
from taktloom.app.assurance.machine import RUNS_PER_FAMILY, Machine, Node, fast_folder, ground_of
from taktloom.app.assurance.operators import Operators
from taktloom.app.assurance.outside import World
from taktloom.app.assurance.records import RunResult, Violation, ViolationError, Wrong, require
from taktloom.hosts.embedded.core.writer import StorageFailedError
from taktloom.model.errors import TaktloomError
from taktloom.storage.faults import DiskFault

_ROUNDS_TO_THE_END = 80
_CASES = 2
_STORM = (
    DiskFault.ERROR_BEFORE,
    DiskFault.ERROR_BEFORE,
    DiskFault.ERROR_AFTER,
    DiskFault.ERROR_AFTER,
    DiskFault.DISK_FULL,
    DiskFault.SYNC_LOST,
    DiskFault.CRASH,
    DiskFault.POWER_LOSS,
)


def simulate(seed: int, *, power: bool = False) -> RunResult:
    """Run *seed*; with power: a run full of power losses."""
    with TemporaryDirectory(prefix="taktloom-assurance-", dir=fast_folder()) as folder:
        run = _Run(seed, Path(folder), power=power)
        violation: Violation | None = None
        try:
            run.storm()
            run.come_to_an_end()
        except ViolationError as error:
            violation = error.violation
        finally:
            run.machine.close()
        return run.result(violation)


class _Run:
    """The state of one run; it is the wire between clients and engines."""

    def __init__(self, seed: int, folder: Path, *, power: bool) -> None:
        self.seed, self._power = seed, power
        self._chance = Random(f"{'power' if power else 'storm'}-{seed}")
        self._sync_chance = Random(f"sync-{seed}")
        ground = ground_of(seed // RUNS_PER_FAMILY)
        self._world = World()
        self.machine = Machine(ground, folder, self._chance, self._world)
        self.machine.on_read, self.machine.on_write = self._interrupt_look, self._interrupt_write
        self.clients = Clients(self, self._chance, self._world, ground.family.startable)
        self.operators = Operators(self, self._chance, self.clients.known, ground.family)
        self._newer_keys = ground.family.newer_keys
        self._journals = Journals(ground.family.executables)
        self._delayed: list[tuple[Request, Note]] = []
        self._depth = self._steps = self._instances = 0
        self._is_calm = False
        self._busy: Node | None = None  # in the middle of a request: others may act, it may not
        self._faults: Counter[str] = Counter()
        self._digest = hashlib.sha256()

    def result(self, violation: Violation | None) -> RunResult:
        """What came of it."""
        for fault, times in self.machine.disk.happened.items():
            self._faults[fault.value] += times
        return RunResult(
            seed=self.seed,
            power=self._power,
            steps=self._steps,
            instances=self._instances,
            faults=self._faults,
            violation=violation,
            digest=self._digest.hexdigest()[:16],
        )

    def storm(self) -> None:
        """Everybody acts, and everything that can go wrong does."""
        self._plan_fault()
        self.machine.start()
        for _ in range(_CASES):
            self.clients.start()
        for _ in range(self._chance.randint(12, 32)):
            self._steps += 1
            self._chance.choices(_ACTIONS, _WEIGHTS)[0](self)
            if self._power and self._chance.random() < 0.12:
                self.machine.disk.pull_the_plug()
                self._recover()

    def come_to_an_end(self) -> None:
        """No more faults: what is under way must end, and all promises must have been kept."""
        self._is_calm = self.clients.is_calm = self.operators.is_calm = True
        self._delayed.clear()
        if not self.machine.disk.is_down and self._chance.random() < 0.5:
            self.machine.disk.kill()
        self.machine.disk.heal()
        self._recover()
        for _ in range(_ROUNDS_TO_THE_END):
            if not still_open(self.machine.inspect()):
                return self._check_end()
            self._round()
        left = [row.text("instance_key") for row in self.machine.inspect().all("open_instances")]
        raise ViolationError(Wrong.STUCK, f"{len(left)} instances do not end: {left[:3]}, or what is to be sent or run")

    def _check_end(self) -> None:
        self._instances = len(self._check().instances)
        check_soundness(self.machine.inspect())

    # The wire

    def ask(self, request: Request, note: Note) -> object:
        """Over the network, once at most."""
        if not self._is_calm:
            lost = self._chance.random()
            if lost < 0.03:
                return self._note_network("request-lost", NoAnswer())
            if lost < 0.08:
                self._execute(request, note, is_heard=False)
                return self._note_network("answer-lost", NoAnswer())
        return self._execute(request, note)

    def send(self, request: Request, note: Note) -> object:
        """Over the network, which may double and delay."""
        if not self._is_calm:
            lost = self._chance.random()
            if lost < 0.05:
                self._execute(request, note)
                self._note_network("doubled", None)
            elif lost < 0.1:
                self._delayed.append((request, note))
                return self._note_network("delayed", NoAnswer())
        return self.ask(request, note)

    def _note_network(self, fault: str, answer: object) -> object:
        self._faults[fault] += 1
        return answer

    def _execute(self, request: Request, note: Note, *, is_heard: bool = True) -> object:
        if not self.machine.nodes or self.machine.disk.is_down:
            return NoAnswer()
        node = self._chance.choice([one for one in self.machine.nodes if one is not self._busy])
        before = self.machine.disk.happened.total()
        busy, self._busy = self._busy, node
        self._depth += 1
        try:
            answer = request(node)
        except TaktloomError as error:
            answer = error
        except apsw.Error as error:
            had_fault = self.machine.disk.happened.total() > before or isinstance(error, apsw.BusyError)
            require(had_fault, Wrong.DEFECT, f"{error!r} without a fault")
            answer = NoAnswer()
        finally:
            self._depth -= 1
            self._busy = busy
        self._digest.update(repr(answer).replace(str(self.machine.path.parent), "").encode())  # each run has its own
        if self.machine.disk.is_down:
            answer = NoAnswer()
        if isinstance(answer, StorageFailedError):
            require(not self._is_calm, Wrong.DEFECT, f"in calm: {answer}")
            answer = NoAnswer()
        note(node, answer if is_heard else NoAnswer())
        if self.machine.disk.is_down and self._depth == 0:
            self._recover()
        elif self._depth == 0 and not self._is_calm:
            self._plan_fault()
        return answer

    def _interrupt_look(self) -> None:
        """Another process acts in the middle of one's work, perhaps of its transaction."""
        self._interrupt(0.02)

    def _interrupt_write(self) -> None:
        """Another process acts between what one has read and what one writes because of it."""
        self._interrupt(0.06)

    def _interrupt(self, probability: float) -> None:
        are_two_at_work = self._depth == 1 and not self._is_calm and len(self.machine.nodes) > 1
        if are_two_at_work and self._chance.random() < probability:
            self._faults["two-engines-at-once"] += 1
            self._chance.choice((self.clients.lock, self.operators.run_batches, self._fire))()

    # What goes wrong

    def _plan_fault(self) -> None:
        """Now and then a fault lies in wait a few calls ahead."""
        if self._chance.random() < (0.25 if self._power else 0.12):
            fault = DiskFault.POWER_LOSS if self._power else self._chance.choice(_STORM)
            calls, full_for = self._chance.randrange(60), self._chance.randint(1, 30)
            down_after = self._sync_chance.randrange(120) if self._sync_chance.random() < 0.5 else None
            self.machine.disk.fail_at(fault, calls, full_for=full_for, down_after=down_after)

    def _recover(self) -> None:
        """The machine comes back, and what it holds is checked before anybody goes on."""
        self.machine.recover() if self.machine.disk.is_down else self.machine.stop()
        self.machine.start()
        check_soundness(self.machine.inspect())
        self._check()

    def _check(self) -> Seen:
        session, known = self.machine.inspect(), self.clients.known
        seen = look(session, self._journals)
        check(seen, known, self._world)
        check_operations(session, seen, known, self._newer_keys)
        return seen

    # What happens, beside what clients do

    def late(self) -> None:
        """Something that was delayed arrives, out of order."""
        if self._delayed:
            request, note = self._delayed.pop(self._chance.randrange(len(self._delayed)))
            self._faults["late"] += 1
            self._execute(request, note)

    def fire(self) -> None:
        """Due timers fire."""
        if self._fire() != 0:
            check_no_early_event(self.machine.inspect(), self._world)

    def _fire(self) -> object:
        return self._execute(lambda node: node.engine.timers.fire_due(), lambda _node, _answer: None)

    def wait(self) -> None:
        """Minutes pass."""
        self._world.wait(timedelta(minutes=self._chance.choice((1, 2, 10, 61))))

    def pause(self) -> None:
        """Everybody is paused for longer than any lock lives."""
        self._faults["pause"] += 1
        self._world.wait(timedelta(hours=self._chance.choice((1, 7))))

    def jump(self) -> None:
        """A clock is set, forward or back."""
        if self.machine.nodes:
            self._faults["clock-jump"] += 1
            node = self._chance.choice(self.machine.nodes)
            node.clock.offset = timedelta(seconds=self._chance.choice((-7200, -60, 0, 60, 7200)))

    def restart(self) -> None:
        """A clean stop and start."""
        self.machine.disk.heal()
        self._recover()

    def kill(self) -> None:
        """All processes end between two calls."""
        self.machine.disk.kill()
        self._recover()

    def _round(self) -> None:
        """One round of work without faults."""
        self._world.wait(timedelta(hours=3, minutes=1))
        self.fire()
        self.clients.lock()
        self.clients.complete_many()
        self.clients.decide()
        self.clients.resolve()
        self.operators.act_in_calm()
        for row in self.machine.inspect().all("waiting_cases"):
            self.clients.message(row.text("business_key"))
        if self.machine.inspect().count("waiting_for_signals"):
            self.clients.signal()


def _by_operators(name: str) -> Callable[[_Run], None]:
    def act(run: _Run) -> None:
        getattr(run.operators, name)()

    return act


def _by_clients(name: str) -> Callable[[_Run], None]:
    def act(run: _Run) -> None:
        getattr(run.clients, name)()

    return act


_PLAN: tuple[tuple[Callable[[_Run], None], float], ...] = (
    (_by_clients("start"), 1),
    (_by_clients("lock"), 5),
    (_by_clients("complete"), 5),
    (_by_clients("complete_many"), 2),
    (_by_clients("fail"), 1),
    (_by_clients("throw"), 0.7),
    (_by_clients("beat"), 0.5),
    (_by_clients("forget"), 0.3),
    (_by_clients("decide"), 2.5),
    (_by_clients("resolve"), 1.5),
    (_by_clients("set_variable"), 0.4),
    (_by_clients("cancel"), 0.15),
    (_by_clients("message"), 3.5),
    (_by_clients("signal"), 1.5),
    (_by_operators("deploy"), 1.5),
    (_by_operators("migrate"), 1.5),
    (_by_operators("make_batch"), 1.2),
    (_by_operators("run_batches"), 1.5),
    (_by_operators("tell"), 1.2),
    (_Run.late, 1.5),
    (_Run.fire, 2),
    (_Run.wait, 2),
    (_Run.pause, 0.4),
    (_Run.jump, 0.3),
    (_Run.restart, 0.15),
    (_Run.kill, 0.15),
)
_ACTIONS = [action for action, _ in _PLAN]
_WEIGHTS = [weight for _, weight in _PLAN]
