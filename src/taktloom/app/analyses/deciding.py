# SPDX-License-Identifier: Apache-2.0
"""Decisions that a replayed model asks for: of a DMN file that is given, else the newest ones deployed."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from taktloom.app.context import Context
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotFoundError

if TYPE_CHECKING:
    from taktloom.app.analyses.records import DeployedDecisionFile
    from taktloom.decisions import DecisionModel
    from taktloom.feel.values import FeelValue
    from taktloom.model.process import ProcessDefinition


class ModelDecisions:
    """The decision models that *process* needs. texts: of their files, to know which attributes they read."""

    def __init__(self, process: "ProcessDefinition", given: str, deployed: "DeployedDecisionFile") -> None:
        from taktloom.decisions import load_model

        self.texts: list[str] = []
        self._models: dict[str, DecisionModel] = {}
        loaded = None if not given.strip() else load_model(given.encode())
        here = set() if loaded is None else {each.id for each in loaded.graph.decisions}
        if loaded is not None:
            self.texts.append(given)
        for decision_id in _asked(process):
            if loaded is not None and decision_id in here:
                self._models[decision_id] = loaded
            elif (content := deployed(decision_id)) is not None:
                self._models[decision_id] = load_model(content)
                self.texts.append(content.decode("utf-8", "replace"))

    def __len__(self) -> int:
        return len(self._models)

    def decide(self, decision_id: str, inputs: Mapping[str, "FeelValue"], at: datetime) -> "FeelValue":
        """The value at the instant of the case; None where nobody has the decision."""
        model = self._models.get(decision_id)
        return None if model is None else model.evaluate(decision_id, inputs, now=at).value


def deployed_file(context: Context, decision_id: str) -> bytes | None:
    """The newest deployed DMN file with this decision; None where there is none that the caller may see."""
    if Permission.PROCESS_VIEW not in context.principal.permissions:
        return None
    try:
        return context.rooms.engine.decisions.file(decision_id).content
    except NotFoundError:
        return None


def deployed_versions(context: Context) -> tuple[tuple[str, int], ...]:
    """What a result that asked deployed decisions holds for."""
    if Permission.PROCESS_VIEW not in context.principal.permissions:
        return ()
    return tuple((each.decision_id, each.version) for each in context.rooms.engine.deployments.decisions())


def _asked(process: "ProcessDefinition") -> list[str]:
    """Ids of the decisions that rule tasks name, wherever in the process."""
    from taktloom.model.process import BusinessRuleTask, SubProcess

    found, pending = dict[str, None](), list(process.nodes)
    while pending:
        node = pending.pop()
        if isinstance(node, BusinessRuleTask) and node.job is None and not node.decision_id.startswith("="):
            found[node.decision_id] = None
        elif isinstance(node, SubProcess):
            pending.extend(node.nodes)
    return list(found)
