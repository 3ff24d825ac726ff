# SPDX-License-Identifier: Apache-2.0
"""Bad files through the upload door of a real server: a typed refusal with its place, or an import that is whole.

Memory is bounded, nothing half-imported stays, and the server lives on.
"""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.server import Person, ServerProcess
from tests.web.hostile_files import HEAD, REFUSED, ROW, TAKEN

PATIENCE_S = 300
MOST_MEGABYTES = 1_500


class Door:
    """A person at the upload door of a server process."""

    def __init__(self, server: ServerProcess) -> None:
        self.server, self.person = server, Person(server.address, server.sign_in_link)

    def bring(self, name: str, content: bytes) -> dict[str, Any]:
        """Upload and import; the ended import, or the problem of an upload that was not taken."""
        before = self._left("uploads")  # of imports that failed they are kept a day, to be tried otherwise
        answer = self.client.post("/logs/uploads", files={"file": (name, content)}, timeout=PATIENCE_S)
        if answer.status_code != 201:
            assert self._left("uploads") == before
            return {"state": "refused", "problem": answer.json()}
        started = self.person.post("/logs", {"upload_id": answer.json()["upload_id"]})
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            status: dict[str, Any] = self.person.get(f"/logs/imports/{started['import_id']}")
            if status["state"] not in {"waiting", "running"}:
                return status
            time.sleep(0.05)
        raise AssertionError("the import did not end")

    @property
    def client(self) -> httpx.Client:
        return self.person._client

    def kept_logs(self) -> list[str]:
        """Ids of the logs, and whatever else lies in their folder."""
        assert sorted(each["log_id"] for each in self.person.get("/logs")["items"]) == self._left("logs")
        return self._left("logs")

    def peak_megabytes(self) -> int:
        status = Path(f"/proc/{self.server.pid}/status").read_text(encoding="utf-8")
        return int(next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))) // 1024

    def _left(self, folder: str) -> list[str]:
        return sorted(each.name for each in (self.server.data / folder).glob("*"))


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    with ServerProcess(tmp_path_factory.mktemp("hostile") / "data") as server:
        made = Door(server)
        yield made
        made.person.close()


@pytest.mark.parametrize("kind", REFUSED)
def test_a_bad_file_is_refused_with_its_place_and_nothing_of_it_stays(door: Door, kind: str) -> None:
    name, make = REFUSED[kind]

    ended = door.bring(name, make())

    problem = ended["problem"]
    assert ended["state"] in {"refused", "failed"}
    assert (problem["status"] in {413, 422}, problem["code"][:4]) == (True, "TL-2")
    assert problem["place"]["source"].startswith(name)
    assert (problem["detail"] != "", problem["remedy"] != "") == (True, True)
    assert door.kept_logs() == []
    assert door.peak_megabytes() < MOST_MEGABYTES


@pytest.mark.parametrize("kind", TAKEN)
def test_an_odd_file_is_imported_whole(door: Door, kind: str) -> None:
    name, content, cases, events = TAKEN[kind]

    ended = door.bring(name, content)

    assert (ended["state"], ended["problem"]) == ("done", None)
    found = door.person.get(f"/logs/{ended['log_id']}")
    assert (found["cases"], found["events"]) == (cases, events)
    assert door.client.delete(f"/logs/{ended['log_id']}").status_code == 204
    assert door.kept_logs() == []


def test_text_in_a_named_encoding_and_with_a_named_delimiter_is_read_over_rest(door: Door) -> None:
    text = "case;activity;time\n1;\u5ba1\u6279;2026-01-01T00:00:00Z\n"
    files = {"file": ("log.csv", text.encode("gb18030"))}
    upload = door.client.post("/logs/uploads", files=files, timeout=PATIENCE_S).json()["upload_id"]
    body = {"upload_id": upload, "encoding": "gb18030", "delimiter": ";"}

    import_id = door.person.post("/logs", body)["import_id"]
    while (ended := door.person.get(f"/logs/imports/{import_id}"))["state"] in {"waiting", "running"}:
        time.sleep(0.05)

    assert ended["state"] == "done"
    assert "\u5ba1\u6279" in str(door.person.get(f"/logs/{ended['log_id']}/review"))
    assert door.client.delete(f"/logs/{ended['log_id']}").status_code == 204


def test_after_all_of_them_a_good_file_is_imported(door: Door) -> None:
    ended = door.bring("good.csv", (HEAD + ROW).encode())

    assert (ended["state"], door.server.is_running) == ("done", True)
    assert door.kept_logs() == [ended["log_id"]]
