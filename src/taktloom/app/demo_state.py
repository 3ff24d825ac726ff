# SPDX-License-Identifier: Apache-2.0
"""Whether a data folder is the guided example's, told by a file that only the demo writes."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taktloom.app.wiring import Rooms

FILE_NAME = "demo.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoState:
    """The guided example. is_synthetic: its log is generated; the user's own log is not."""

    process_id: str | None = None
    log_id: str | None = None
    is_synthetic: bool = True
    is_driver_running: bool = False


def is_demo_folder(data: Path) -> bool:
    """Whether the demo made this folder."""
    return (data / FILE_NAME).is_file()


def read_demo_state(rooms: "Rooms") -> DemoState | None:
    """The state, None when this is no demo folder."""
    path = rooms.settings.data / FILE_NAME
    if not path.is_file():
        return None
    record = json.loads(path.read_text(encoding="utf-8"))
    return DemoState(
        process_id=record.get("process_id"),
        log_id=record.get("log_id"),
        is_synthetic=bool(record.get("is_synthetic", True)),
        is_driver_running=rooms.is_demo_driven,
    )


def write_demo_state(data: Path, state: DemoState) -> None:
    """Keep the state."""
    path = data / FILE_NAME
    unfinished = path.with_suffix(".unfinished")
    unfinished.write_text(json.dumps(asdict(state), sort_keys=True), encoding="utf-8")
    unfinished.replace(path)
