# SPDX-License-Identifier: Apache-2.0
"""DMN: decision tables, hit policies and requirements over compiled FEEL."""

from taktloom.decisions.case_runs import CaseRun, CaseStatus, Check, run_cases
from taktloom.decisions.decision_model import DecisionModel, ModelSource, load_model
from taktloom.decisions.explanation import ExplainedDecision, ExplainedRule, ExplainedTable, explain
from taktloom.decisions.interface import DecisionField, DecisionInterface, FieldKind, RuleLabel, describe_decision
from taktloom.decisions.literals import literal
from taktloom.decisions.rule_cases import cases_of_rules
from taktloom.decisions.run import DecisionResult, DecisionTrace, RuleMatch
from taktloom.decisions.table_check import TableCheck, check_table
from taktloom.feel.host_functions import HostFunction

__all__ = [
    "CaseRun",
    "CaseStatus",
    "Check",
    "DecisionField",
    "DecisionInterface",
    "DecisionModel",
    "DecisionResult",
    "DecisionTrace",
    "ExplainedDecision",
    "ExplainedRule",
    "ExplainedTable",
    "FieldKind",
    "HostFunction",
    "ModelSource",
    "RuleLabel",
    "RuleMatch",
    "TableCheck",
    "cases_of_rules",
    "check_table",
    "describe_decision",
    "explain",
    "literal",
    "load_model",
    "run_cases",
]
