# SPDX-License-Identifier: Apache-2.0
"""Models that an analysis is given as a file: BPMN or PNML, for nets and for the replayer."""

import re
from typing import TYPE_CHECKING

from taktloom.app.analyses.records import refusal

if TYPE_CHECKING:
    from taktloom.mining.petri import PetriNet
    from taktloom.model.process import ProcessDefinition

_PNML_ROOT = re.compile(r"<(?:[\w.-]+:)?pnml[\s>]")


def net_of(content: str, activities: list[str]) -> "PetriNet":
    """The Petri net of a PNML or BPMN file; of several processes the one that knows most of *activities*.

    Raises AnalysisParameterError, DefinitionError: NotAWorkflowNetError, NotAPetriNetError.
    """
    from taktloom.formats.pnml import read_pnml
    from taktloom.mining.conformance.process_net import process_net
    from taktloom.mining.net_exchange import from_exchange

    if _PNML_ROOT.search(content):
        return from_exchange(read_pnml(content.encode()))
    return process_net(process_of(content, activities)).net


def process_of(content: str, activities: list[str], *, process_id: str = "") -> "ProcessDefinition":
    """The process of a BPMN file with this id, else the one that names most of *activities*.

    Raises AnalysisParameterError where there is none, DefinitionError for what is no BPMN.
    """
    from taktloom.formats.bpmn import read_bpmn

    if not content.strip():
        raise refusal("model", "No model is given.", "a BPMN file")
    processes = [each for each in read_bpmn(content.encode()).processes if process_id in ("", each.id)]
    if not processes:
        raise refusal("process", "The model has no such process.", "the id of one of its processes")
    known = set(activities)
    return max(processes, key=lambda each: len(known & _names(each)))


def _names(process: "ProcessDefinition") -> set[str]:
    from taktloom.model.process import SubProcess

    names, pending = set[str](), list(process.nodes)
    while pending:
        node = pending.pop()
        names.add(node.name or node.id)
        if isinstance(node, SubProcess):
            pending.extend(node.nodes)
    return names
