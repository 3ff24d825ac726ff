# SPDX-License-Identifier: Apache-2.0
"""A small model with a table, a decision that it does not need, and one test case inside."""

_REQUIREMENTS = {
    "cost": '<informationRequirement><requiredInput href="#cost"/></informationRequirement>',
    "zone": '<informationRequirement><requiredInput href="#zone"/></informationRequirement>',
    "asked": '<informationRequirement><requiredInput href="#asked"/></informationRequirement>',
}


def risk_model(
    *, zone_requirement: str = _REQUIREMENTS["zone"], last_rule: str = "-", last_zone: str = "-", expected: str = "high"
) -> str:
    """The DMN text. last_rule, last_zone: cells of the fourth rule; expected: by the test case inside."""
    rules = (
        ("r1", "&gt; 5000", '"inner"', "-", "high"),
        ("r2", "[1000..5000]", 'not("outer")', "-", "middle"),
        ("r3", "-", "-", '= @"2026-01-01"', "special"),
        ("r4", last_rule, last_zone, "-", "low"),
    )
    return f"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="Permit" namespace="urn:p">
  <itemDefinition name="tZone"><typeRef>string</typeRef><allowedValues><text>"inner", "outer"</text></allowedValues>
  </itemDefinition>
  <inputData id="cost" name="cost"><variable name="cost" typeRef="number"/></inputData>
  <inputData id="zone" name="zone"><variable name="zone" typeRef="tZone"/></inputData>
  <inputData id="asked" name="asked on"><variable name="asked on"/></inputData>
  <decision id="risk" name="Risk">
    <extensionElements><taktloom:testCases xmlns:taktloom="urn:taktloom:dmn:1">
      <taktloom:testCase id="a" name="big"><taktloom:input name="cost">7000</taktloom:input>
        <taktloom:input name="zone">"inner"</taktloom:input><taktloom:expected>"{expected}"</taktloom:expected>
      </taktloom:testCase></taktloom:testCases></extensionElements>
    <variable name="Risk" typeRef="string"/>
    {_REQUIREMENTS["cost"]}{zone_requirement}{_REQUIREMENTS["asked"]}
    <decisionTable id="table" hitPolicy="FIRST">
      <input id="i1"><inputExpression typeRef="number"><text>cost</text></inputExpression></input>
      <input id="i2"><inputExpression typeRef="string"><text>zone</text></inputExpression></input>
      <input id="i3"><inputExpression typeRef="date"><text>asked on</text></inputExpression></input>
      <output id="o" typeRef="string"/><annotation name="evidence"/>
      {"".join(_rule(*rule) for rule in rules)}
    </decisionTable></decision>
  <decision id="fee" name="Fee"><variable name="Fee" typeRef="number"/>
    {_REQUIREMENTS["cost"]}<informationRequirement><requiredDecision href="#risk"/></informationRequirement>
    <literalExpression><text>cost / 100</text></literalExpression></decision>
</definitions>"""


def _rule(name: str, cost: str, zone: str, asked: str, output: str) -> str:
    cells = "".join(f"<inputEntry><text>{cell}</text></inputEntry>" for cell in (cost, zone, asked))
    note = "<annotationEntry><text>12/12</text></annotationEntry>" if name == "r1" else ""
    return f'<rule id="{name}">{cells}<outputEntry><text>"{output}"</text></outputEntry>{note}</rule>'
