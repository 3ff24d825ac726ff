# SPDX-License-Identifier: Apache-2.0
"""A loaded decision model: compiled once, evaluated often, by many threads at once.

A decision is evaluated after what it requires, each once an evaluation. Business knowledge models and decision services
are functions. What is wrong with one element (bad FEEL, dangling requirement, circle) is a finding; that element gives
null, the others still work. Source: DMN 1.5, 10.4 (execution semantics).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol, TypeAlias

from taktloom.decisions.boxed import compile_boxed, null
from taktloom.decisions.level import Level, UnknownName
from taktloom.decisions.library import Key, Library, Required
from taktloom.decisions.lint import graph_findings, name_findings
from taktloom.decisions.plan import Logic, Plan, make_plan
from taktloom.decisions.run import DecisionResult, DecisionRun, DecisionTrace
from taktloom.decisions.table_check import TableCheck, TableScope, examine_table
from taktloom.decisions.table_check.tables import definitions_of, placed_tables
from taktloom.feel.code import Evaluate
from taktloom.feel.compiler import require_size
from taktloom.feel.deep_calls import deep_evaluation
from taktloom.feel.errors import Budget, FeelBudgetError
from taktloom.feel.host_functions import HostFunction, registered
from taktloom.feel.kinds import FeelDateTime, FeelFunction, FeelValue, Parameter
from taktloom.feel.runtime import DeeperCallError, Frame, Run, apply, apply_named
from taktloom.feel.scope import Scope
from taktloom.feel.types import ContextType, FeelType, FunctionType, SimpleType
from taktloom.feel.wire import clock_from_python, variables_from_python
from taktloom.formats.dmn import read_dmn
from taktloom.model.decision import (
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionService,
    DecisionTable,
    FunctionKind,
    InputData,
)
from taktloom.model.errors import NotFoundError
from taktloom.model.findings import Finding
from taktloom.model.places import Place

__all__ = ["DecisionModel", "ModelSource", "load_model"]

_SERVICE_LEVELS = 40  # stack that the decisions of a service are taken to need besides what they call


class ReadableBytes(Protocol):
    """A path, or anything else that gives its bytes."""

    def read_bytes(self) -> bytes:
        """The whole content."""
        ...


ModelSource: TypeAlias = bytes | str | ReadableBytes | DecisionRequirementsGraph


def load_model(
    source: ModelSource, *imports: ModelSource, functions: Mapping[str, HostFunction] | None = None
) -> "DecisionModel":
    """Read and compile a DMN model; *imports* are the models that it imports, found by namespace.

    functions: what stands in for external functions, by `class.method(types)` or `class.method`; those that are not
    registered are null. Raises XmlError (a DefinitionError) for what is not DMN and UnknownTypeError for a function's
    type. Everything softer is in `DecisionModel.findings`.
    """
    return DecisionModel(Library([_graph(item) for item in (source, *imports)]), registered(functions or {}))


def _external_code(function: Evaluate, names: list[str]) -> Evaluate:
    def evaluate(frame: Frame) -> FeelValue:
        callee = function(frame)
        if not isinstance(callee, FeelFunction):
            return None
        return apply(frame.run, callee, [frame.variables.get(name) for name in names])

    return evaluate


def _graph(source: ModelSource) -> DecisionRequirementsGraph:
    if isinstance(source, DecisionRequirementsGraph):
        return source
    if isinstance(source, bytes | str):
        return read_dmn(source)
    return read_dmn(source.read_bytes(), source=str(source))


class DecisionModel:
    """A model ready to decide.

    graph: what was read. Errors among the `findings` mean that some element gives null.
    """

    def __init__(self, library: Library, host_functions: Mapping[str, FeelFunction] | None = None) -> None:
        self._library = library
        self._host_functions = host_functions or {}
        self.graph = library.root
        self._functions: dict[Key, FeelFunction] = {}
        self._logic: dict[Key, Logic] = {}
        self._levels: dict[Key, int] = {}
        self._visible: dict[Key, dict[str, FeelValue]] = {}
        self._plans: dict[Key, Plan] = {}
        self._findings: list[Finding] = library.findings
        self._scopes: dict[Key, Scope] = {}
        self._unknown: list[UnknownName] = []
        self._table_checks: tuple[TableCheck, ...] | None = None
        self._own_tables = {
            decision.id: decision.expression.id
            for decision in library.root.decisions
            if isinstance(decision.expression, DecisionTable)
        }
        for key, node in library.nodes.items():
            if isinstance(node, BusinessKnowledgeModel | DecisionService):
                self._functions[key] = self._function(key, node)
        for key, node in library.nodes.items():
            if isinstance(node, DecisionDefinition | BusinessKnowledgeModel):
                self._logic[key] = self._compiled(key, node)

    @property
    def findings(self) -> list[Finding]:
        """Every problem, with file and line; the tables are checked for gaps and overlaps when this is first asked."""
        return [*self._findings, *(one.finding for check in self.table_checks for one in check.findings)]

    @property
    def lint(self) -> list[Finding]:
        """The findings and whatever else an author wants to know: names, types, circles, leftovers."""
        return [*graph_findings(self._library), *name_findings(self._unknown, self.graph), *self.findings]

    @property
    def table_checks(self) -> tuple[TableCheck, ...]:
        """The check of each table for gaps, overlaps and more; made when first asked for."""
        if self._table_checks is None:
            self._table_checks = tuple(self._checked_tables())
        return self._table_checks

    def _checked_tables(self) -> Iterator[TableCheck]:
        definitions = definitions_of(self.graph, self._library.graphs)
        for placed in placed_tables(self.graph):
            scope = self._scopes[(self.graph.namespace, placed.owner.id)]
            known = TableScope(scope=scope, variables=placed.variables, definitions=definitions)
            yield examine_table(placed.table, known, name=placed.owner.name, type_ref=placed.type_ref)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Names of the decisions of the model itself, in file order."""
        return tuple(decision.name for decision in self.graph.decisions)

    def evaluate(
        self,
        name: str,
        inputs: Mapping[str, object],
        *,
        service: str | None = None,
        now: FeelDateTime | datetime | None = None,
        budget: Budget | None = None,
    ) -> DecisionResult:
        """Decide *name*: a decision, or a business knowledge model or decision service with its parameters as inputs.

        name, service: a name or an id. inputs: FEEL values, or Python's own that convert, by the names of the input
        data. service: evaluate *name* as an output of this service. Raises NotFoundError for a name the model lacks,
        ValueConversionError for an input that has no FEEL value and FeelBudgetError for a spent budget.
        """
        inputs = variables_from_python(inputs)
        run = DecisionRun(budget, clock_from_python(now))
        key = self.require(service or name)
        try:
            value = self._decide(run, key, inputs)
        except RecursionError:
            raise FeelBudgetError("depth", run.budget.depth) from None
        if isinstance(value, list | dict):
            require_size(value, run)
        if service is not None:
            value = self._output_of_service(key, value, name)
        return DecisionResult(value, tuple(run.warnings), tuple(run.trace), run.budget.steps - run.steps)

    def own_rules(self, made: DecisionTrace) -> tuple[int, ...] | None:
        """The rules of the decision's own table that matched; None for a decision that is no table of this model."""
        if made.decision_id not in self._own_tables:
            return None
        table_id = self._own_tables[made.decision_id]
        return next((match.rules for match in reversed(made.matches) if match.table_id == table_id), ())

    def require(self, name: str) -> Key:
        """The key of what can be decided under *name*, an id or a name; raises NotFoundError."""
        key = self._library.named(name)
        if key is None:
            raise NotFoundError(
                f"The model has no decision {name!r}.",
                Place(source=self.graph.name),
                "Use one of its decisions' names.",
                {"name": name},
            )
        return key

    def _decide(self, run: DecisionRun, key: Key, inputs: Mapping[str, FeelValue]) -> FeelValue:
        function = self._functions.get(key)
        if function is None:
            return self._plan_of(key).run(run, inputs)[0]
        named = {parameter.name: inputs.get(parameter.name) for parameter in function.parameters}
        try:
            return apply_named(run, function, named, 0)
        except DeeperCallError as call:
            return deep_evaluation(run, lambda: apply_named(run, function, named, 0), call, (0, 0, 0))

    def _plan_of(self, key: Key) -> Plan:
        plan = self._plans.get(key)
        if plan is None:  # made at first use; threads that meet here make equal plans, and one of them stays
            plan = self._plans[key] = make_plan(self, [Required("", key, self._library.nodes[key])])
        return plan

    def _output_of_service(self, key: Key, value: FeelValue, name: str) -> FeelValue:
        """The one output called *name* (or with this id) of a service that has several; else all that it gave."""
        node = self._library.nodes[key]
        if isinstance(node, DecisionService) and len(node.outputs) > 1 and isinstance(value, dict):
            for item in self._library.required(key, node.outputs):
                if name in {item.node.variable.name, item.node.name, item.node.id}:
                    return value.get(item.node.variable.name)
        return value

    def _compiled(self, key: Key, node: DecisionDefinition | BusinessKnowledgeModel) -> Logic:
        references = node.required_knowledge
        if isinstance(node, DecisionDefinition):
            references = (*node.required_inputs, *node.required_decisions, *references)
        required = self._library.required(key, references)
        if isinstance(node, BusinessKnowledgeModel):
            required = [*required, Required("", key, node)]  # it may call itself
        level = Level.outermost(
            self._names(required), self._library.types[key[0]], self._findings, self._host_functions
        )
        if key[0] == self.graph.namespace:
            level.unknown = self._unknown
        self._scopes[key] = level.scope
        if isinstance(node, DecisionDefinition):
            evaluate = self._decision_code(node, level)
        else:
            evaluate = self._knowledge_code(key, node, level)
            self._levels[key] = level.levels()
            self._visible[key] = self._functions_in(required)
        return Logic(tuple(required), evaluate)

    def _decision_code(self, node: DecisionDefinition, level: Level) -> Evaluate:
        if node.expression is None:
            return null
        type_ref = node.variable.type_ref
        return level.typed(compile_boxed(node.expression, level, type_ref), type_ref, f"The decision {node.name!r}")

    def _knowledge_code(self, key: Key, node: BusinessKnowledgeModel, level: Level) -> Evaluate:
        logic = node.logic
        if logic is None or logic.body is None:
            return null
        if logic.kind is not FunctionKind.FEEL:
            return _external_code(compile_boxed(logic, level), [item.name for item in logic.parameters])
        inner = level.inner({item.name: level.types.named(item.type_ref) for item in logic.parameters})
        is_function_type = isinstance(self._variable_type(node, key), FunctionType)
        type_ref = None if is_function_type else node.variable.type_ref  # of its result, or of the whole function
        body = level.typed(compile_boxed(logic.body, inner, type_ref), logic.type_ref, f"The result of {node.name!r}")
        return level.typed(body, type_ref, f"The result of {node.name!r}")

    def _names(self, required: list[Required]) -> dict[str, FeelType | None]:
        names: dict[str, FeelType | None] = {}
        grouped: dict[str, dict[str, FeelType]] = {}
        for item in required:
            kind = self._variable_type(item.node, item.key)
            if isinstance(item.node, BusinessKnowledgeModel | DecisionService):
                kind = SimpleType.FUNCTION
            if item.prefix:
                grouped.setdefault(item.prefix, {})[item.node.variable.name] = kind or SimpleType.ANY
            else:
                names[item.node.variable.name] = kind
        names.update({prefix: ContextType(entries) for prefix, entries in grouped.items()})
        return names

    def _variable_type(
        self, node: InputData | DecisionDefinition | BusinessKnowledgeModel | DecisionService, key: Key
    ) -> FeelType | None:
        return self._library.types[key[0]].named(node.variable.type_ref)

    def _function(self, key: Key, node: BusinessKnowledgeModel | DecisionService) -> FeelFunction:
        kind = self._variable_type(node, key)
        if isinstance(node, DecisionService):
            result = kind.result if isinstance(kind, FunctionType) else kind
            parameters = self._service_parameters(key, node)
            return FeelFunction(
                name=node.name, parameters=parameters, call=self._service_call(key, node), result=result
            )
        types = self._library.types[key[0]]
        logic = node.logic
        formal = () if logic is None else logic.parameters
        parameters = tuple(Parameter(name=item.name, type=types.named(item.type_ref)) for item in formal)
        result = kind.result if isinstance(kind, FunctionType) else kind
        call = self._knowledge_call(key, [item.name for item in formal])
        return FeelFunction(name=node.name, parameters=parameters, call=call, result=result)

    def _knowledge_call(self, key: Key, names: list[str]) -> Callable[..., FeelValue]:
        def in_frame(run: Run, arguments: Sequence[FeelValue]) -> FeelValue:
            outer = Frame(self._visible[key], None, run)
            return self._logic[key].evaluate(Frame(dict(zip(names, arguments, strict=True)), outer, run))

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return run.call(self._levels[key], in_frame, arguments)

        return call

    def _functions_in(self, required: list[Required]) -> dict[str, FeelValue]:
        """What a business knowledge model sees: functions by name, those of an import under its prefix."""
        functions: dict[str, FeelValue] = {}
        grouped: dict[str, dict[str, FeelValue]] = {}
        for item in required:
            target = grouped.setdefault(item.prefix, {}) if item.prefix else functions
            target[item.node.variable.name] = self._functions.get(item.key)
        return {**functions, **grouped}

    def _service_parameters(self, key: Key, node: DecisionService) -> tuple[Parameter, ...]:
        required = self._library.required(key, (*node.input_data, *node.input_decisions))
        return tuple(
            Parameter(name=item.node.variable.name, type=self._variable_type(item.node, item.key)) for item in required
        )

    def _service_call(self, key: Key, node: DecisionService) -> Callable[..., FeelValue]:
        parameters = self._library.required(key, (*node.input_data, *node.input_decisions))
        outputs = self._library.required(key, node.outputs)

        def decide(run: Run, arguments: Sequence[FeelValue]) -> FeelValue:
            answers = self._service_plan(key, outputs, parameters).run(run, {}, arguments)
            if len(outputs) <= 1:
                return answers[0] if answers else None
            return {item.node.variable.name: answer for item, answer in zip(outputs, answers, strict=True)}

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            return run.call(_SERVICE_LEVELS, decide, arguments)

        return call

    def _service_plan(self, key: Key, outputs: list[Required], parameters: list[Required]) -> Plan:
        plan = self._plans.get(key)
        if plan is None:
            plan = self._plans[key] = make_plan(self, outputs, parameters)
        return plan

    def logic_of(self, key: Key) -> Logic:
        """The compiled logic of a decision; for plans only."""
        return self._logic[key]

    def function_of(self, key: Key) -> FeelFunction:
        """The function that a business knowledge model or decision service is; for plans only."""
        return self._functions[key]

    def input_type(self, key: Key, node: InputData) -> FeelType | None:
        """The type that an input is coerced to; for plans only."""
        return self._variable_type(node, key)
