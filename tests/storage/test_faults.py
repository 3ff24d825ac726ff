# SPDX-License-Identifier: Apache-2.0
"""The file layer with faults: what was synced survives, what was not may be gone in part, and SQLite stands on that."""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random

import apsw
import pytest

from taktloom.storage import DatabaseUnusableError, open_connection
from taktloom.storage.faults import DiskFault, FaultyDisk, MachineDownError

TABLE = "CREATE TABLE IF NOT EXISTS entry (number INTEGER PRIMARY KEY, filler TEXT)"


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[FaultyDisk]:
    """A machine's disk."""
    made = FaultyDisk(tmp_path, Random(1))
    yield made
    made.close()


def table_on(disk: FaultyDisk) -> apsw.Connection:
    connection = open_connection(disk.folder / "a.db", vfs=disk.name)
    connection.execute(TABLE)
    return connection


def numbers_on(disk: FaultyDisk) -> set[int]:
    connection = open_connection(disk.folder / "a.db", vfs=disk.name)
    found = {int(str(row[0])) for row in connection.execute("SELECT number FROM entry")}
    sound = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    connection.close()
    assert sound == ["ok"]
    return found


def test_what_was_committed_survives_a_power_loss_between_two_calls(disk: FaultyDisk) -> None:
    connection = table_on(disk)
    connection.execute("INSERT INTO entry VALUES (1, 'kept')")

    disk.pull_the_plug()
    with suppress(apsw.Error):
        connection.close(True)
    disk.restart()

    assert numbers_on(disk) == {1}
    assert disk.happened == {DiskFault.POWER_LOSS: 1}


def test_without_waiting_for_the_disk_a_power_loss_takes_commits(tmp_path: Path) -> None:
    lost = 0
    for seed in range(20):
        disk = FaultyDisk(tmp_path, Random(seed))
        connection = table_on(disk)
        connection.execute("PRAGMA synchronous = off")
        connection.execute("INSERT INTO entry VALUES (1, 'perhaps')")
        disk.pull_the_plug()
        with suppress(apsw.Error):
            connection.close(True)
        disk.restart()
        lost += numbers_on(disk) == set()
        disk.close()

    assert 0 < lost < 20


def test_what_is_acknowledged_after_a_failed_sync_survives_the_power_loss_that_follows(tmp_path: Path) -> None:
    failed = survived = 0
    for seed in range(60):
        disk = FaultyDisk(tmp_path, Random(seed))
        connection = table_on(disk)
        connection.execute("PRAGMA wal_autocheckpoint = 2")  # so that the database's own syncs fail, too
        disk.fail_at(DiskFault.SYNC_LOST, seed, down_after=seed % 7 * 5)
        acknowledged = set()
        for number in range(40):
            with suppress(apsw.Error):
                connection.execute("INSERT INTO entry VALUES (?, ?)", (number, "x" * 3000))
                acknowledged.add(number)
        with suppress(apsw.Error):
            connection.close(True)
        disk.pull_the_plug()
        disk.restart()
        found = numbers_on(disk)
        failed += disk.happened[DiskFault.SYNC_LOST]
        survived += len(acknowledged)
        assert acknowledged <= found, seed
        disk.close()

    assert failed == 60
    assert survived > 60


def test_a_machine_that_is_down_takes_nothing_more(disk: FaultyDisk) -> None:
    connection = table_on(disk)
    disk.fail_at(DiskFault.CRASH, 0)

    with pytest.raises(apsw.Error):
        connection.execute("INSERT INTO entry VALUES (1, 'cut off')")
    with pytest.raises(MachineDownError):
        connection.execute("INSERT INTO entry VALUES (2, 'never')")
    with suppress(apsw.Error):
        connection.close(True)
    disk.restart()

    assert 2 not in numbers_on(disk)


@pytest.mark.parametrize("fault", [DiskFault.ERROR_BEFORE, DiskFault.DISK_FULL])
def test_an_error_before_the_call_leaves_nothing_behind(disk: FaultyDisk, fault: DiskFault) -> None:
    connection = table_on(disk)
    disk.fail_at(fault, 0, full_for=1)

    with pytest.raises(apsw.Error):
        connection.execute("INSERT INTO entry VALUES (1, 'refused')")
    connection.execute("INSERT INTO entry VALUES (2, 'taken')")
    connection.close()

    assert numbers_on(disk) == {2}
    assert disk.happened[fault] == 1


def test_acknowledged_rows_survive_random_faults_and_power_losses(tmp_path: Path) -> None:
    for seed in range(40):
        chance = Random(seed)
        disk = FaultyDisk(tmp_path, chance)
        acknowledged: set[int] = set()
        for life in range(3):
            disk.fail_at(chance.choice(list(DiskFault)), chance.randrange(120), full_for=2)
            connection: apsw.Connection | None = None
            with suppress(apsw.Error, DatabaseUnusableError):
                connection = open_connection(disk.folder / "a.db", vfs=disk.name)
                connection.execute(TABLE)
                for number in range(life * 10, life * 10 + 10):
                    with suppress(apsw.Error):
                        connection.execute("INSERT INTO entry VALUES (?, ?)", (number, "x" * chance.randrange(9000)))
                        acknowledged |= set() if disk.is_down else {number}
            disk.pull_the_plug()
            if connection is not None:
                with suppress(apsw.Error):
                    connection.close(True)
            disk.restart()
            if acknowledged:
                assert acknowledged <= numbers_on(disk), seed
        disk.close()


def test_what_a_process_reads_after_another_died_in_its_commit_survives_a_power_loss(tmp_path: Path) -> None:
    shown = 0
    for seed in range(40):
        disk = FaultyDisk(tmp_path, Random(seed))
        connection = table_on(disk)
        disk.fail_at(DiskFault.CRASH, seed % 8)
        with suppress(apsw.Error):
            connection.execute("INSERT INTO entry VALUES (1, 'cut off before its sync')")
        disk.kill()
        with suppress(apsw.Error):
            connection.close(True)
        disk.restart()

        reader = open_connection(disk.folder / "a.db", vfs=disk.name)
        seen = {row[0] for row in reader.execute("SELECT number FROM entry")}
        disk.pull_the_plug()
        with suppress(apsw.Error):
            reader.close(True)
        disk.restart()

        assert numbers_on(disk) == seen
        shown += seen == {1}
        disk.close()
    assert 0 < shown < 40


def test_what_is_acknowledged_after_a_process_died_of_a_failed_sync_survives_a_power_loss(tmp_path: Path) -> None:
    shown = 0
    for seed in range(40):
        disk = FaultyDisk(tmp_path, Random(seed))
        connection = table_on(disk)
        disk.fail_at(DiskFault.SYNC_LOST, 0)
        with suppress(apsw.Error):
            connection.execute("INSERT INTO entry VALUES (1, 'in the log, and not on the disk')")
        disk.kill()
        with suppress(apsw.Error):
            connection.close(True)
        disk.restart()

        after = open_connection(disk.folder / "a.db", vfs=disk.name)
        after.execute("INSERT INTO entry VALUES (2, 'acknowledged')")
        seen = {row[0] for row in after.execute("SELECT number FROM entry")}
        disk.pull_the_plug()
        with suppress(apsw.Error):
            after.close(True)
        disk.restart()

        assert numbers_on(disk) == seen, seed
        assert disk.happened[DiskFault.SYNC_LOST] == 1
        shown += seen == {1, 2}
        disk.close()
    assert shown == 40
