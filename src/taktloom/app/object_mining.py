# SPDX-License-Identifier: Apache-2.0
"""Object-centric graph and Petri net of a file of this machine, or of an uploaded one."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.long_work import Report, paced
from taktloom.assure.permissions import Permission

if TYPE_CHECKING:
    from taktloom.mining.objects.object_graph import ObjectCentricGraph
    from taktloom.mining.objects.object_log import ObjectCentricLog
    from taktloom.mining.objects.object_net import ObjectCentricNet


@dataclass(frozen=True, slots=True, kw_only=True)
class ObjectModelRequest:
    """object_types: empty for all. noise: 0 … 1, of the inductive miner; single_share: below it an arc is variable."""

    object_types: tuple[str, ...] = ()
    timezone: str | None = None
    noise: float = 0.2
    single_share: float = 0.98


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnGraph:
    """The graph and its picture."""

    graph: "ObjectCentricGraph"
    svg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnNet:
    """The net and its picture."""

    net: "ObjectCentricNet"
    svg: str


@use_case(Permission.LOG_EDIT)
def file_object_graph(
    context: Context, *, path: Path, request: ObjectModelRequest, report: Report = lambda stage, done, total: None
) -> DrawnGraph:
    """The object-centric directly-follows graph of a file; *report* hears how far it is, and may raise to stop."""
    from taktloom.mining.watching import watched_by

    del context
    with watched_by(paced(report)):
        return _graph(path, path.name, request)


@use_case(Permission.LOG_EDIT)
def file_object_net(
    context: Context, *, path: Path, request: ObjectModelRequest, report: Report = lambda stage, done, total: None
) -> DrawnNet:
    """The object-centric Petri net of a file; *report* hears how far it is, and may raise to stop."""
    from taktloom.mining.watching import watched_by

    del context
    with watched_by(paced(report)):
        return _net(path, path.name, request)


@use_case(Permission.LOG_EDIT)
def upload_object_graph(context: Context, *, upload_id: str, request: ObjectModelRequest) -> DrawnGraph:
    """The object-centric directly-follows graph of an uploaded file. Raises NotFoundError."""
    return _graph(*context.rooms.logs.upload(upload_id), request)


@use_case(Permission.LOG_EDIT)
def upload_object_net(context: Context, *, upload_id: str, request: ObjectModelRequest) -> DrawnNet:
    """The object-centric Petri net of an uploaded file. Raises NotFoundError."""
    return _net(*context.rooms.logs.upload(upload_id), request)


def _graph(path: Path, name: str, request: ObjectModelRequest) -> DrawnGraph:
    from taktloom.mining.drawing.objects_svg import object_graph_svg
    from taktloom.mining.objects.object_graph import discover_object_graph

    graph = discover_object_graph(_read(path, name, request), request.object_types)
    return DrawnGraph(graph=graph, svg=object_graph_svg(graph))


def _net(path: Path, name: str, request: ObjectModelRequest) -> DrawnNet:
    from taktloom.mining.drawing.objects_svg import object_net_svg
    from taktloom.mining.objects.object_net import discover_object_net

    net = discover_object_net(
        _read(path, name, request), request.object_types, noise=request.noise, single_share=request.single_share
    )
    return DrawnNet(net=net, svg=object_net_svg(net))


def _read(path: Path, name: str, request: ObjectModelRequest) -> "ObjectCentricLog":
    from taktloom.mining.objects import read_object_log
    from taktloom.mining.watching import tell

    tell("reading", 0)
    return read_object_log(path, timezone=request.timezone, source_name=name).log
