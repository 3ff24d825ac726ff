# SPDX-License-Identifier: Apache-2.0
"""Object-centric graph and Petri net of a file of this machine, or of an uploaded one.

Of an upload they are works to watch and to cancel; what they found is kept in memory as long as the upload.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from taktloom.app.context import Context, use_case
from taktloom.app.long_work import ANSWERED_WITHIN_S, Report, WorkHandle, WorkKind, WorkStatus, paced, unheard
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


Model = TypeVar("Model", bound=DrawnGraph | DrawnNet)


@use_case(Permission.LOG_EDIT)
def file_object_graph(
    context: Context, *, path: Path, request: ObjectModelRequest, report: Report = unheard
) -> DrawnGraph:
    """The object-centric directly-follows graph of a file; *report* hears how far it is, and may raise to stop."""
    del context
    return _graph(path, path.name, request, report)


@use_case(Permission.LOG_EDIT)
def file_object_net(context: Context, *, path: Path, request: ObjectModelRequest, report: Report = unheard) -> DrawnNet:
    """The object-centric Petri net of a file; *report* hears how far it is, and may raise to stop."""
    del context
    return _net(path, path.name, request, report)


@use_case(Permission.LOG_EDIT)
def start_object_graph(context: Context, *, upload_id: str, request: ObjectModelRequest) -> DrawnGraph | WorkStatus:
    """The graph of an uploaded file where it comes within two seconds, else the work to follow; asked again, the same
    work is joined. Raises NotFoundError, and what reading the file raises."""
    return _start(context, upload_id, request, _graph)


@use_case(Permission.LOG_EDIT)
def start_object_net(context: Context, *, upload_id: str, request: ObjectModelRequest) -> DrawnNet | WorkStatus:
    """The net, as `start_object_graph` gives the graph."""
    return _start(context, upload_id, request, _net)


def _start(
    context: Context,
    upload_id: str,
    request: ObjectModelRequest,
    discover: Callable[[Path, str, ObjectModelRequest, Report], Model],
) -> Model | WorkStatus:
    path, name = context.rooms.logs.upload(upload_id)  # an unknown upload is an answer, not a work that fails
    key = (discover.__name__, request)

    def work(handle: WorkHandle) -> Model:
        return context.rooms.logs.upload_result(
            upload_id, key, lambda: discover(path, name, request, handle.advance)
        )  # fmt: skip

    return context.rooms.long_work.answer(
        work, kind=WorkKind.ANALYSIS, key=("upload", upload_id, *key), seconds=ANSWERED_WITHIN_S
    )


def _graph(path: Path, name: str, request: ObjectModelRequest, report: Report) -> DrawnGraph:
    from taktloom.mining.drawing.objects_svg import object_graph_svg
    from taktloom.mining.objects.object_graph import discover_object_graph
    from taktloom.mining.watching import watched_by

    with watched_by(paced(report)):
        graph = discover_object_graph(_read(path, name, request), request.object_types)
        return DrawnGraph(graph=graph, svg=object_graph_svg(graph))


def _net(path: Path, name: str, request: ObjectModelRequest, report: Report) -> DrawnNet:
    from taktloom.mining.drawing.objects_svg import object_net_svg
    from taktloom.mining.objects.object_net import discover_object_net
    from taktloom.mining.watching import watched_by

    with watched_by(paced(report)):
        net = discover_object_net(
            _read(path, name, request), request.object_types, noise=request.noise, single_share=request.single_share
        )
        return DrawnNet(net=net, svg=object_net_svg(net))


def _read(path: Path, name: str, request: ObjectModelRequest) -> "ObjectCentricLog":
    from taktloom.mining.objects import read_object_log
    from taktloom.mining.watching import tell

    tell("reading", 0)
    return read_object_log(path, timezone=request.timezone, source_name=name).log
