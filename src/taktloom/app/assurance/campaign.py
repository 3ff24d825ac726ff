# SPDX-License-Identifier: Apache-2.0
"""`taktloom assurance run`: many simulated runs, on several cores, with their seeds, faults and broken promises.

The first part is a mix of all faults; the second is full of power losses and goes on until enough of them happened. A
campaign can be stopped and taken up again: with a progress file, what was done is not done twice.
"""

import json
import logging
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from enum import StrEnum
from itertools import count
from pathlib import Path

from taktloom.app.assurance.records import RunResult, Wrong
from taktloom.app.context import Context, use_case
from taktloom.assure.permissions import Permission
from taktloom.mining.processes import in_processes
from taktloom.model.errors import MisuseError
from taktloom.storage import SyncLevel

LARGEST_SEED = 10**12
MOST_RUNS = 100_000_000
MOST_JOBS = 256
_CHUNK = 50  # runs between two reports; a chunk ends within seconds; all of one family, which is made once
_FAILURES_TOLD = 20

Report = Callable[[str, int, int | None], None]


class Profile(StrEnum):
    """How much is run: quick for every change, long for evidence."""

    QUICK = "quick"
    LONG = "long"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extent:
    """How many runs with all faults, and how many simulated power losses."""

    runs: int
    power_losses: int


EXTENTS: Mapping[Profile, Extent] = {
    Profile.QUICK: Extent(runs=5_000, power_losses=200),
    Profile.LONG: Extent(runs=100_000, power_losses=10_000),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A run that broke a promise, and the command that runs it again."""

    seed: int
    wrong: Wrong
    what: str
    replay: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssuranceReport:
    """What a campaign found. faults: how often each kind happened. lost, doubled: runs that broke these promises.

    runs: with all faults; power_runs: those full of power losses, power_losses: in these. failed: all runs that broke
    a promise; failures: the first of them.
    """

    seed: int
    runs: int
    power_runs: int
    power_losses: int
    steps: int
    instances: int
    sync_level: SyncLevel
    faults: Mapping[str, int]
    lost: int
    doubled: int
    failed: int
    failures: tuple[Failure, ...]
    elapsed_s: float


@dataclass(slots=True, kw_only=True)
class _Tally:
    """The sum so far, as it is kept in the progress file."""

    seed: int
    runs: int = 0
    power_runs: int = 0
    power_losses: int = 0  # of the power runs only: what the extent asks for
    steps: int = 0
    instances: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    wrongs: Counter[str] = field(default_factory=Counter)
    failures: list[dict[str, object]] = field(default_factory=list)
    elapsed_s: float = 0.0

    def add(self, result: RunResult) -> None:
        """Count one run."""
        if result.power:
            self.power_runs += 1
            self.power_losses += result.faults["power-loss"]
        else:
            self.runs += 1
        self.steps += result.steps
        self.instances += result.instances
        self.faults.update(result.faults)
        if result.violation is not None:
            self.wrongs[result.violation.wrong] += 1
            if len(self.failures) < _FAILURES_TOLD:
                self.failures.append(
                    {
                        "seed": result.seed,
                        "wrong": result.violation.wrong.value,
                        "what": result.violation.what,
                        "replay": replay_command(result),
                    }
                )


@use_case(Permission.SYSTEM_ADMIN)
def run_assurance(  # noqa: PLR0913 - what is optional is keyword-only
    context: Context,
    *,
    seed: int,
    extent: Extent,
    jobs: int = 1,
    progress_file: Path | None = None,
    report: Report = lambda _stage, _done, _total: None,
) -> AssuranceReport:
    """Run the campaign; broken promises are in the report, not raised. Raises MisuseError for impossible numbers.

    progress_file: written as it goes; when it is there and of the same seed, the campaign goes on where it stopped.
    """
    del context  # nothing of the installation is used
    _require_possible(seed, extent, jobs)
    tally = _taken_up(progress_file, seed)
    began = time.monotonic() - tally.elapsed_s
    run_chunks = _chunks_run(jobs)
    for part in (_all_faults(tally, extent, run_chunks, report), _power(tally, extent, run_chunks, report)):
        for _ in part:
            tally.elapsed_s = time.monotonic() - began
            _keep(progress_file, tally)
    return _report(tally)


def replay_command(result: RunResult) -> str:
    """The command that runs one run again."""
    extent = "--runs 0 --power-losses 1" if result.power else "--runs 1 --power-losses 0"
    return f"taktloom assurance run --seed {result.seed} {extent}"


def _require_possible(seed: int, extent: Extent, jobs: int) -> None:
    limits = (("seed", seed, 0, LARGEST_SEED), ("jobs", jobs, 1, MOST_JOBS))
    amounts = (("runs", extent.runs, 0, MOST_RUNS), ("power_losses", extent.power_losses, 0, MOST_RUNS))
    for name, value, least, most in (*limits, *amounts):
        if not least <= value <= most:
            raise MisuseError(
                f"{name} is {value}; it must be {least} to {most}.", remedy="Give a number within these limits."
            )


RunChunks = Callable[[Iterable[tuple[int, int, bool]]], Iterator[Sequence[RunResult]]]


def _all_faults(tally: _Tally, extent: Extent, run_chunks: RunChunks, report: Report) -> Iterator[None]:
    first, last = tally.seed + tally.runs, tally.seed + extent.runs
    chunks = ((at, min(at + _CHUNK - at % _CHUNK, last), False) for at in _starts(first, last))
    for results in run_chunks(chunks):
        for result in results:
            tally.add(result)
        report("all faults", tally.runs, extent.runs)
        yield


def _power(tally: _Tally, extent: Extent, run_chunks: RunChunks, report: Report) -> Iterator[None]:
    wanted = extent.power_losses
    if wanted == 0 or tally.power_losses >= wanted:
        return
    first = tally.seed + tally.power_runs
    chunks = ((at, at + 1, True) for at in count(first))
    for results in run_chunks(chunks):
        for result in results:
            tally.add(result)
        report("power losses", min(tally.power_losses, wanted), wanted)
        yield
        if tally.power_losses >= wanted:
            return  # the runs begun ahead are not counted


def _starts(first: int, last: int) -> Iterator[int]:
    at = first
    while at < last:
        yield at
        at += _CHUNK - at % _CHUNK


def run_seeds(chunk: tuple[int, int, bool]) -> Sequence[RunResult]:
    """Run the seeds from the first to before the second; in a process of its own, or here."""
    first, last, power = chunk
    logger = logging.getLogger("taktloom")
    level, logger.level = logger.level, logging.CRITICAL + 1  # the engine rightly logs every fault
    try:
        from taktloom.app.assurance.simulation import (
            simulate,  # brings engine and model formats; commands start without
        )

        return [simulate(seed, power=power) for seed in range(first, last)]
    finally:
        logger.setLevel(level)


def _chunks_run(jobs: int) -> RunChunks:
    """How chunks are run: one after another, or several at once with the results in order."""
    if jobs == 1:
        return lambda chunks: map(run_seeds, chunks)
    return lambda chunks: in_processes(_run_seeds, chunks, jobs=jobs)


def _run_seeds() -> Callable[[tuple[int, int, bool]], Sequence[RunResult]]:
    return run_seeds


def _taken_up(path: Path | None, seed: int) -> _Tally:
    if path is None or not path.exists():
        return _Tally(seed=seed)
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        tally = _Tally(**{**kept, "faults": Counter(kept["faults"]), "wrongs": Counter(kept["wrongs"])})
    except (ValueError, TypeError, KeyError) as error:
        raise MisuseError(
            f"{path.name} is no progress of a campaign.", remedy="Name another file, or remove it to begin anew."
        ) from error
    if tally.seed != seed:
        raise MisuseError(
            f"{path.name} belongs to the seed {tally.seed}.", remedy="Give that seed, or another progress file."
        )
    return tally


def _keep(path: Path | None, tally: _Tally) -> None:
    if path is not None:
        draft = path.with_name(f"{path.name}.new")
        draft.write_text(
            json.dumps({one.name: getattr(tally, one.name) for one in fields(tally)}, sort_keys=True), encoding="utf-8"
        )
        draft.replace(path)


def _report(tally: _Tally) -> AssuranceReport:
    return AssuranceReport(
        seed=tally.seed,
        runs=tally.runs,
        power_runs=tally.power_runs,
        power_losses=tally.power_losses,
        steps=tally.steps,
        instances=tally.instances,
        sync_level=SyncLevel.FULL,
        faults=dict(sorted(tally.faults.items())),
        lost=tally.wrongs[Wrong.LOST],
        doubled=tally.wrongs[Wrong.DOUBLED],
        failed=tally.wrongs.total(),
        failures=tuple(
            Failure(
                seed=int(str(one["seed"])),
                wrong=Wrong(str(one["wrong"])),
                what=str(one["what"]),
                replay=str(one["replay"]),
            )
            for one in tally.failures
        ),
        elapsed_s=round(tally.elapsed_s, 1),
    )
