# SPDX-License-Identifier: Apache-2.0
"""Object-centric logs in Python: the same models as on the command line, as frames and as what a notebook shows."""

import json
from pathlib import Path

import polars as pl
import pytest

import taktloom
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.object_mining import ObjectModelRequest, file_object_graph, file_object_net
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.mining.objects.flattening import UnknownObjectTypeError

EVIL = "<script>alert(1)</script>"


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    events = [
        {
            "id": f"{n}{step}",
            "type": step,
            "time": f"2024-01-0{n}T0{at}:00:00Z",
            "relationships": [{"objectId": f"o{n}"}],
        }
        for n in (1, 2, 3)
        for at, step in enumerate(("place", EVIL, "pay"))
    ]
    objects = [{"id": f"o{n}", "type": "order"} for n in (1, 2, 3)]
    path = tmp_path / "orders.jsonocel"
    path.write_text(json.dumps({"events": events, "objects": objects}), encoding="utf-8")
    return path


def test_an_object_log_gives_frames_and_the_models_of_the_commands(orders: Path, tmp_path: Path) -> None:
    log = taktloom.read_object_log(orders)
    rooms = Rooms(Settings(data=tmp_path / "data"))
    context = Context(principal=LOCAL_OPERATOR, rooms=rooms)

    graph, net = log.graph("order"), log.net(noise=0)

    assert repr(log) == "<ObjectLog of 9 events, 3 objects (order)>"
    assert (log.events().height, log.objects().height, log.relations().height, log.findings) == (9, 3, 9, ())
    request = ObjectModelRequest(object_types=("order",), noise=0)
    assert graph.data == file_object_graph(context, path=orders, request=request).graph
    assert net.data == file_object_net(context, path=orders, request=request).net
    assert isinstance(graph.frame, pl.DataFrame)
    assert graph.frame.rows() == [("order", EVIL, "pay", 3, 3, 3600.0), ("order", "place", EVIL, 3, 3, 3600.0)]
    assert net.frame.rows() == [("order", 3, 1.0)]
    rooms.close()


def test_a_notebook_shows_it_with_all_texts_escaped_and_saves_its_picture(orders: Path, tmp_path: Path) -> None:
    log = taktloom.read_object_log(orders)
    shown = [each._repr_html_() for each in (log, log.graph(), log.net())]

    assert all("<script" not in each for each in shown)
    assert "<svg" in shown[1]
    assert log.graph().save(tmp_path / "orders.svg").read_text(encoding="utf-8").startswith("<svg")
    with pytest.raises(UnknownObjectTypeError):
        log.graph("truck")
