# SPDX-License-Identifier: Apache-2.0
"""Business rules over cases: what must, may and must not happen, as values, and the verdict for every case."""

from taktloom.mining.rules.business_rules import BusinessRule, RuleKind, RuleSet, TimeLimit, TimeUnit
from taktloom.mining.rules.checking import RuleReport, RuleResult, Verdict, Violation, check_rules
from taktloom.mining.rules.json_form import rules_from_json, rules_to_json
from taktloom.mining.rules.text_form import rule_from_text, rule_to_text

__all__ = [
    "BusinessRule",
    "RuleKind",
    "RuleReport",
    "RuleResult",
    "RuleSet",
    "TimeLimit",
    "TimeUnit",
    "Verdict",
    "Violation",
    "check_rules",
    "rule_from_text",
    "rule_to_text",
    "rules_from_json",
    "rules_to_json",
]
