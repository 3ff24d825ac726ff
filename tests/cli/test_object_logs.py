# SPDX-License-Identifier: Apache-2.0
"""An object-centric file is shown, converted, and imported as the cases of one object type."""

import json
from pathlib import Path

import pytest

from tests.cli.commands import CommandLine

AT = "2024-01-0{}T00:00:00Z"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    events = [
        {"id": "e1", "type": "place", "time": AT.format(1), "relationships": [{"objectId": "o1"}, {"objectId": "i1"}]},
        {"id": "e2", "type": "pick", "time": AT.format(2), "relationships": [{"objectId": "i1"}]},
        {"id": "e3", "type": "pay", "time": AT.format(3), "relationships": [{"objectId": "o1"}, {"objectId": "o9"}]},
    ]
    objects = [{"id": "o1", "type": "order"}, {"id": "i1", "type": "item"}]
    path = tmp_path / "orders.jsonocel"
    path.write_text(json.dumps({"events": events, "objects": objects}))
    return path


def test_the_cases_of_a_type_are_imported_and_the_type_is_in_the_name(taktloom: CommandLine, orders: Path) -> None:
    chosen = json.loads(taktloom("log", "import", str(orders), "--object-type", "order", "--json").out)
    usual = json.loads(taktloom("log", "import", str(orders), "--json").out)

    assert (chosen["name"], chosen["source_name"]) == ("orders · order", "orders.jsonocel (order)")
    assert (chosen["cases"], chosen["events"], usual["name"]) == (1, 2, "orders · item")
    assert taktloom("log", "import", str(orders), "--object-type", "truck").code == 1


def test_a_log_is_shown_with_what_does_not_fit_and_written_in_another_format(
    taktloom: CommandLine, orders: Path
) -> None:
    shown = json.loads(taktloom("log", "objects", str(orders), "--json").out)
    output = orders.with_suffix(".sqlite")
    taktloom("log", "convert", str(orders), str(output))
    again = json.loads(taktloom("log", "objects", str(output), "--json").out)

    assert [(one["object_type"], one["objects"], one["events"]) for one in shown["types"]] == [
        ("item", 1, 2),
        ("order", 1, 2),
    ]
    assert [finding["rule"] for finding in shown["findings"]] == ["ocel-event-relation-dangling"]
    assert (again["events"], again["event_object_relations"], again["findings"]) == (3, 4, [])
    assert taktloom("log", "convert", str(orders), str(output)).code == 1


def test_the_graph_and_the_net_of_a_file_are_told_and_drawn(
    taktloom: CommandLine, orders: Path, tmp_path: Path
) -> None:
    graph = taktloom("mine", "object-graph", orders, "-o", tmp_path / "graph.svg", "--json")
    net = taktloom("mine", "object-net", orders, "-o", tmp_path / "net.svg", "--json")
    table = taktloom("mine", "object-net", orders, "--type", "order")

    assert [(flow["object_type"], flow["source"], flow["target"]) for flow in graph.document["flows"]] == [
        ("item", "place", "pick"),
        ("order", "place", "pay"),
    ]
    assert {fit["fitness"] for fit in net.document["fits"]} == {1.0}
    assert "order" in table.out
    assert "item" not in table.out
    assert all((tmp_path / name).read_text(encoding="utf-8").startswith("<svg") for name in ("graph.svg", "net.svg"))
