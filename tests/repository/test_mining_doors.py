# SPDX-License-Identifier: Apache-2.0
"""What mining can do, it can do in Python, on the command line and over REST: a row each, and no door beside the table.

A new method, command or route of mining fails here until its row says where its other doors are.
"""

from collections.abc import Iterator

import pytest
import typer

import taktloom
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.notebooks import Log
from taktloom.app.object_notebooks import ObjectLog
from taktloom.cli.main import GROUPS, application
from taktloom.web.application import PREFIX, api_routes

LOGS, UPLOADS = "/logs/{log_id}", "/logs/uploads/{upload_id}"
# ability: in Python, as a command, over REST
DOORS: dict[str, tuple[str, str, str]] = {
    "review": ("Log.review", "mine review", f"{LOGS}/review"),
    "map": ("Log.map", "mine map", f"{LOGS}/map"),
    "variants": ("Log.variants", "mine variants", f"{LOGS}/variants"),
    "filter": ("Log.reach", "mine filter", f"{LOGS}/filter"),
    "potential": ("Log.potential", "mine potential", f"{LOGS}/potential"),
    "model": ("Log.analyse", "mine discover", f"{LOGS}/model"),
    "export": ("Log.export", "log export", f"{LOGS}/export.{{ending}}"),
    "object-graph": ("ObjectLog.graph", "mine object-graph", f"{UPLOADS}/object-graph"),
    "object-net": ("ObjectLog.net", "mine object-net", f"{UPLOADS}/object-net"),
    "sql": ("analyse_table", "mine sql", "/connections/{connection}/tables/{table}/analyses/{analysis}"),
    **{name: ("Log.analyse", f"mine {name}", f"{LOGS}/analyses/{name}") for name in ANALYSES},
}
# The log itself, and the files of what the table has.
NO_ABILITY_IN_PYTHON = {
    "Log.cases", "Log.events", "Log.filtered", "ObjectLog.events", "ObjectLog.findings", "ObjectLog.objects",
    "ObjectLog.relations", "SqlTable", "__version__", "read_log", "read_object_log", "worker",
}  # fmt: skip
NO_ABILITY_OVER_REST = {LOGS, f"{LOGS}/columns", f"{LOGS}/newer", f"{LOGS}/remap", f"{LOGS}/rates", f"{LOGS}/draft"}
FILES = (".svg", ".csv", ".bpmn", "/files/{file}")


def methods() -> Iterator[str]:
    for kind in (Log, ObjectLog):
        yield from (f"{kind.__name__}.{name}" for name in vars(kind) if not name.startswith("_"))
    yield from taktloom.__all__


def mining_commands() -> Iterator[str]:
    [group] = [each.typer_instance for each in application("mine").registered_groups if each.name == "mine"]
    assert group is not None
    yield from (f"mine {each.name}" for each in group.registered_commands)


def mining_routes() -> Iterator[str]:
    for path, _ in api_routes():
        place = path.removeprefix(PREFIX)
        if place.startswith((LOGS, f"{UPLOADS}/", "/connections/{")) and not place.endswith(FILES):
            yield place


def test_every_door_of_the_table_is_there() -> None:
    known = {*methods(), *mining_commands(), "log export", *mining_routes()}

    assert [(name, door) for name, doors in DOORS.items() for door in doors if door not in known] == []


def test_no_method_command_or_route_of_mining_is_without_its_row() -> None:
    rows = {door for doors in DOORS.values() for door in doors}

    assert set(methods()) - rows == NO_ABILITY_IN_PYTHON
    assert set(mining_commands()) - rows == set()
    assert set(mining_routes()) - rows == NO_ABILITY_OVER_REST


@pytest.mark.parametrize("name", ["review", "potential"])
def test_a_command_at_the_top_is_the_one_under_mine(name: str) -> None:
    top = application(name).registered_commands
    [beneath] = [each.typer_instance for each in application("mine").registered_groups]
    assert beneath is not None

    [one] = [each for each in top if each.name == name]
    [other] = [each for each in beneath.registered_commands if each.name == name]

    assert one.callback is other.callback


def test_every_mining_command_says_how_far_it_is_and_how_long_it_will_take() -> None:
    """By the one bar there is; `sql` waits for a machine that does not say."""
    commands = {one.name: one.callback for one in _registered() if one.name not in ANALYSES}

    assert {name for name, each in commands.items() if each and "progress_bar" not in each.__code__.co_names} == {"sql"}


def _registered() -> list[typer.models.CommandInfo]:
    [group] = [each.typer_instance for each in application("mine").registered_groups]
    assert group is not None
    assert "mine" in GROUPS
    return group.registered_commands
