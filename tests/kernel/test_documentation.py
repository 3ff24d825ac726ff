# SPDX-License-Identifier: Apache-2.0
"""Every rule that a model can break is in the reference, and the reference names no rule that does not exist."""

import re

from rule_reference import PAGE, rule_page
from taktloom.formats.bpmn.file_rules import FILE_RULES
from taktloom.kernel.rules import RULES
from taktloom.kernel.soundness import SOUNDNESS_RULES
from tests.data import PROJECT_ROOT

SOURCES = ("src/taktloom/kernel", "src/taktloom/formats/bpmn")
CALL = re.compile(r'(?:problem|report)\(\s*f?"([a-z{}-]+)"|rule="([a-z-]+)"')


def rules_in_the_code() -> set[str]:
    found: set[str] = set()
    for folder in SOURCES:
        for path in sorted((PROJECT_ROOT / folder).rglob("*.py")):
            found.update(one or other for one, other in CALL.findall(path.read_text("utf-8")))
    ends = {rule.replace("{end}", end) for rule in found for end in ("source", "target") if "{end}" in rule}
    return {rule for rule in found if "{" not in rule} | ends


def documented(page: str) -> set[str]:
    text = (PROJECT_ROOT / "docs" / "reference" / page).read_text("utf-8")
    return set(re.findall(r"^\| `([a-z0-9-]+)` \|", text, re.MULTILINE))


def test_every_finding_of_reading_and_compiling_is_documented_and_nothing_else() -> None:
    at_deployment = {"calendar-unknown", "form-schema-unfit", "form-unknown"}  # the engine has calendars and forms

    assert documented("bpmn.md") == rules_in_the_code() | at_deployment


def test_every_rule_is_in_the_page_that_is_made_from_the_tables() -> None:
    tables = {rule.name for rule in (*FILE_RULES, *SOUNDNESS_RULES, *(each.rule for each in RULES))}

    assert documented("bpmn-rules.md") == tables
    assert len(tables) >= 200


def test_the_page_of_rules_is_up_to_date() -> None:
    assert PAGE.read_text("utf-8") == rule_page()


def test_every_rule_names_the_clause_that_it_comes_from() -> None:
    rules = (*FILE_RULES, *SOUNDNESS_RULES, *(each.rule for each in RULES))

    assert [rule.name for rule in rules if not re.match(r"BPMN|DMN|Extension|W\. M\. P\.", rule.clause)] == []
    assert [rule.name for rule in rules if not rule.remedy] == []
