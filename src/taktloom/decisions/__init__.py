# SPDX-License-Identifier: Apache-2.0
"""DMN: decision tables, hit policies and requirements over compiled FEEL."""

from taktloom.decisions.decision_model import DecisionModel, ModelSource, load_model
from taktloom.decisions.run import DecisionResult, DecisionTrace, RuleMatch
from taktloom.decisions.table_check import TableCheck, check_table
from taktloom.feel.host_functions import HostFunction

__all__ = [
    "DecisionModel",
    "DecisionResult",
    "DecisionTrace",
    "HostFunction",
    "ModelSource",
    "RuleMatch",
    "TableCheck",
    "check_table",
    "load_model",
]
