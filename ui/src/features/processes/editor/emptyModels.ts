/** What a new model begins with. */
export const EMPTY_DMN = `<?xml version="1.0" encoding="UTF-8"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" xmlns:dmndi="https://www.omg.org/spec/DMN/20191111/DMNDI/" xmlns:dc="http://www.omg.org/spec/DMN/20180521/DC/" xmlns:di="http://www.omg.org/spec/DMN/20180521/DI/" id="Definitions_1" name="Decisions" namespace="urn:taktloom:decisions">
  <inputData id="InputData_1" name="input"><variable id="InputVariable_1" name="input" typeRef="string" /></inputData>
  <decision id="Decision_1" name="Decision 1">
    <informationRequirement id="Requirement_1"><requiredInput href="#InputData_1" /></informationRequirement>
    <decisionTable id="DecisionTable_1" hitPolicy="UNIQUE">
      <input id="Input_1" label="Input"><inputExpression id="InputExpression_1" typeRef="string"><text>input</text></inputExpression></input>
      <output id="Output_1" label="Output" name="output" typeRef="string" />
    </decisionTable>
  </decision>
  <dmndi:DMNDI>
    <dmndi:DMNDiagram id="Diagram_1">
      <dmndi:DMNShape id="Shape_2" dmnElementRef="InputData_1"><dc:Bounds height="45" width="125" x="188" y="240" /></dmndi:DMNShape>
      <dmndi:DMNEdge id="Edge_1" dmnElementRef="Requirement_1"><di:waypoint x="250" y="240" /><di:waypoint x="250" y="180" /></dmndi:DMNEdge>
      <dmndi:DMNShape id="Shape_1" dmnElementRef="Decision_1"><dc:Bounds height="80" width="180" x="160" y="100" /></dmndi:DMNShape>
    </dmndi:DMNDiagram>
  </dmndi:DMNDI>
</definitions>
`
