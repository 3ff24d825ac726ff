# SPDX-License-Identifier: Apache-2.0
"""The guided example: from the synthetic log, or the user's own, to a running process, through the same use cases.

Everything happens in a data folder of its own, marked by `demo.json`; only such a folder is ever emptied.
"""

import shutil
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from taktloom.app import deployments, drafting, logs, people, processes
from taktloom.app.context import Context, use_case
from taktloom.app.demo.driver import Driver
from taktloom.app.demo_state import DemoState, is_demo_folder, read_demo_state, write_demo_state
from taktloom.app.folder_lock import LOCK_NAME
from taktloom.app.log_records import LogRecord
from taktloom.app.logging import FILE_NAME as LOG_FILE
from taktloom.app.wiring import Rooms
from taktloom.assure.permissions import Permission
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ProcessId
from taktloom.model.operations import Deployment
from taktloom.model.places import Place
from taktloom.model.process import AnyFlowNode, SubProcess, UserTask

LOG_NAME = "Building permits (synthetic)"
PROCESS_NAME = "Building permit"
KEPT_FILES = frozenset({LOCK_NAME, LOG_FILE, "logs.lock"})


class NotDemoFolderError(ConflictError):
    """The folder holds other data than the guided example's."""

    code = "TL-2940"


@use_case(Permission.SYSTEM_ADMIN)
def reset_demo(context: Context) -> None:
    """Empty the folder of the guided example. Raises NotDemoFolderError for any other that is not empty."""
    folder = context.rooms.settings.data
    if _content(folder) and not is_demo_folder(folder):
        raise _not_demo(folder)
    _empty(folder)


@use_case(Permission.SYSTEM_ADMIN)
def seed_demo(context: Context, *, log: Path | None = None, timezone: str | None = None) -> DemoState:
    """Import, draft, deploy; once per folder. log None: the synthetic one.

    Raises NotDemoFolderError when the folder holds other data, and what importing raises.
    """
    folder = context.rooms.settings.data
    present = read_demo_state(context.rooms)
    if present is not None and present.process_id is not None and log is None:
        return present
    if present is None and _content(folder):
        raise _not_demo(folder)
    if present is not None and present.process_id is None:
        _empty(folder)  # an earlier start was interrupted
    is_synthetic = log is None
    write_demo_state(folder, DemoState(is_synthetic=is_synthetic))
    record = _import_synthetic(context) if log is None else _import_own(context, log, timezone)
    report = drafting.draft_automation(
        context, log_id=record.log_id, name=PROCESS_NAME if is_synthetic else record.name
    )
    revision = context.rooms.engine.drafts.get(report.draft_id).revision
    deployment: Deployment = deployments.deploy_draft(context, draft_id=report.draft_id, revision=revision)
    process_id = deployment.processes[0].process_id
    processes.set_baseline(context, process_id=process_id, log_id=record.log_id)
    state = DemoState(process_id=process_id, log_id=record.log_id, is_synthetic=is_synthetic)
    write_demo_state(folder, state)
    _give_groups(context, process_id)
    return state


def start_driver(rooms: Rooms) -> None:
    """Let workers, citizens and case workers play until the rooms close."""
    state = read_demo_state(rooms)
    if state is None or state.process_id is None or state.log_id is None:
        return
    driver = Driver(rooms, process_id=state.process_id, log_id=state.log_id)
    driver.start()
    rooms.is_demo_driven = True
    rooms.on_close(driver.stop)


def _give_groups(context: Context, process_id: ProcessId) -> None:
    """The visitor signs in as administrator; all groups of the process let the inbox show its tasks."""
    executable = context.rooms.engine.deployments.executable(process_id)
    groups = tuple(dict.fromkeys(groups_of(executable.definition.nodes)))
    user = people.require_admin(context)
    people.change_user(context, user_id=user.user_id, change=people.UserChange(groups=groups))


def groups_of(nodes: Iterable[AnyFlowNode]) -> Iterator[str]:
    """Literal candidate groups of all user tasks."""
    for node in nodes:
        if isinstance(node, UserTask) and node.candidate_groups and not node.candidate_groups.startswith("="):
            yield from (name.strip() for name in node.candidate_groups.split(","))
        elif isinstance(node, SubProcess):
            yield from groups_of(node.nodes)


def _import_synthetic(context: Context) -> LogRecord:
    from taktloom.app.demo.generator import write_permit_log
    from taktloom.app.demo.wording import WORDINGS, DemoLanguage

    with tempfile.TemporaryDirectory(prefix="taktloom-demo-") as folder:
        path = Path(folder) / "building_permits_synthetic.csv"
        write_permit_log(path)
        request = logs.ImportRequest(name=LOG_NAME, timezone=WORDINGS[DemoLanguage.ENGLISH].timezone, is_synthetic=True)
        return logs.import_file(context, path=path, request=request)


def _import_own(context: Context, log: Path, timezone: str | None) -> LogRecord:
    return logs.import_file(context, path=log, request=logs.ImportRequest(timezone=timezone))


def _content(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.name not in KEPT_FILES]


def _empty(folder: Path) -> None:
    for path in _content(folder):
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def _not_demo(folder: Path) -> NotDemoFolderError:
    return NotDemoFolderError(
        "This folder holds other data than the guided example's.",
        Place(source=str(folder)),
        "Name an empty folder with --data, or leave --data out.",
        {"path": str(folder)},
    )
