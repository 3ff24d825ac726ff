# SPDX-License-Identifier: Apache-2.0
"""`taktloom mine object-graph` and `mine object-net`: models of an object-centric log."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import object_mining
from taktloom.app.calls import calls
from taktloom.cli.logs import ZoneOption
from taktloom.cli.object_logs import OcelArgument
from taktloom.cli.opening import scratch
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, progress_bar, say

object_mining_commands = typer.Typer()

TypesOption = Annotated[list[str] | None, typer.Option("--type", help="Object type; repeatable; without: all.")]
PictureOption = Annotated[Path | None, typer.Option("--output", "-o", help="SVG file to write.")]


@object_mining_commands.command("object-graph")
@calls(object_mining.file_object_graph)
def show_object_graph(
    file: OcelArgument,
    object_types: TypesOption = None,
    output: PictureOption = None,
    timezone: ZoneOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Object-centric directly-follows graph: every object type's flows in one picture.

    Example: taktloom mine object-graph orders.jsonocel -o orders.svg
    """
    request = object_mining.ObjectModelRequest(object_types=tuple(object_types or ()), timezone=timezone)
    with scratch(data) as context, progress_bar("object-graph") as report:
        drawn = object_mining.file_object_graph(context, path=file, request=request, report=report)
    _write(output, drawn.svg)
    if as_json:
        print_json(drawn.graph)
        return
    graph = drawn.graph
    rows = [
        (each.activity, each.events, ", ".join(f"{kind} {count}" for kind, count in each.objects))
        for each in graph.activities
    ]
    print_table(("activity", "events", "objects"), rows, empty="No activities.")
    flows = [(one.object_type, one.source, one.target, one.frequency, one.objects, one.median_s) for one in graph.flows]
    print_table(("type", "from", "to", "times", "objects", "median s"), flows[:200], empty="No flows.")


@object_mining_commands.command("object-net")
@calls(object_mining.file_object_net)
def show_object_net(
    file: OcelArgument,
    object_types: TypesOption = None,
    noise: Annotated[float, typer.Option(min=0.0, max=1.0, help="Share of rare behaviour left out.")] = 0.2,
    single_share: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Below this share of events with one object an arc is variable.")
    ] = 0.98,
    output: PictureOption = None,
    timezone: ZoneOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Object-centric Petri net: a sound net per object type, joined at activities.

    Example: taktloom mine object-net orders.jsonocel --type order --type item -o orders.svg
    """
    request = object_mining.ObjectModelRequest(
        object_types=tuple(object_types or ()), timezone=timezone, noise=noise, single_share=single_share
    )
    with scratch(data) as context, progress_bar("object-net") as report:
        drawn = object_mining.file_object_net(context, path=file, request=request, report=report)
    _write(output, drawn.svg)
    if as_json:
        print_json(drawn.net)
        return
    net = drawn.net
    say(f"{len(net.places)} places, {len(net.transitions)} transitions, {len(net.arcs)} arcs")
    print_table(
        ("type", "objects", "fitness"), [(one.object_type, one.objects, one.fitness) for one in net.fits], empty="None."
    )
    print_table(("activity", "moves any number of"), net.variable, empty="No variable arcs.")


def _write(output: Path | None, svg: str) -> None:
    if output is not None:
        output.write_text(svg, encoding="utf-8")
