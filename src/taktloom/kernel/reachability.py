# SPDX-License-Identifier: Apache-2.0
"""From where a token can reach the incoming flows of an inclusive or complex gateway; computed once, when compiling.

A way leads along sequence flows, from an activity to its boundary events, and from a throwing to a catching link; it
does not pass the gateway itself. Tokens inside a sub-process count at the sub-process. Source: BPMN 2.0.2, 13.4.3.
"""

from collections.abc import Mapping, Sequence

from taktloom.kernel.executable import Flow, Node

__all__ = ["upstream_flows"]

JOINING = frozenset({"inclusiveGateway", "complexGateway"})


def upstream_flows(
    nodes: Sequence[Node], flows: Sequence[Flow], side_ways: Mapping[int, Sequence[int]]
) -> Mapping[int, Mapping[int, int]]:
    """`ExecutableProcess.upstream`. side_ways: per node where a token may go on besides its flows."""
    gateways = [node for node in nodes if node.element_type in JOINING and len(node.incoming) > 1]
    if not gateways:
        return {}
    before = _predecessors(flows, side_ways)
    return {gateway.index: _reaching(gateway, flows, before) for gateway in gateways}


def _predecessors(flows: Sequence[Flow], side_ways: Mapping[int, Sequence[int]]) -> Mapping[int, Sequence[int]]:
    before: dict[int, list[int]] = {}
    for flow in flows:
        before.setdefault(flow.target, []).append(flow.source)
    for source, targets in side_ways.items():
        for target in targets:
            before.setdefault(target, []).append(source)
    return before


def _reaching(gateway: Node, flows: Sequence[Flow], before: Mapping[int, Sequence[int]]) -> Mapping[int, int]:
    reaching: dict[int, int] = {}
    for place, flow in enumerate(gateway.incoming):
        bit = 1 << place
        pending = [flows[flow].source]
        while pending:
            node = pending.pop()
            if reaching.get(node, 0) & bit:
                continue
            reaching[node] = reaching.get(node, 0) | bit
            if node != gateway.index:  # a way may begin in the gateway, but not lead through it
                pending.extend(before.get(node, ()))
    return reaching
