# SPDX-License-Identifier: Apache-2.0
"""Every rule that a model can break is in the reference, and the reference names no rule that does not exist."""

import re

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


def test_every_rule_is_documented_and_nothing_else() -> None:
    page = (PROJECT_ROOT / "docs" / "reference" / "bpmn.md").read_text("utf-8")

    documented = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))

    assert documented == rules_in_the_code()
    assert len(documented) >= 50
