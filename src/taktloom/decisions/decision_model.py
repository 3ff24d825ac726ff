# SPDX-License-Identifier: Apache-2.0
"""A loaded decision model: compiled once, evaluated often, by many threads at once.

A decision is evaluated after what it requires, each once an evaluation. Business knowledge models and decision services
are functions. What is wrong with one element (bad FEEL, dangling requirement, circle) is a finding; that element gives
null, the others still work. Source: DMN 1.5, 10.4 (execution semantics).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from taktloom.decisions.boxed import FUNCTION_LEVELS, compile_boxed, null
from taktloom.decisions.level import Level
from taktloom.decisions.library import Key, Library, Required
from taktloom.decisions.run import DecisionResult, DecisionRun, DecisionTrace
from taktloom.feel.code import Evaluate
from taktloom.feel.errors import Budget, FeelBudgetError, WarningKind
from taktloom.feel.kinds import FeelDateTime, FeelFunction, FeelValue, Parameter
from taktloom.feel.runtime import Frame, Run, apply_named
from taktloom.feel.types import ContextType, FeelType, FunctionType, SimpleType, coerce
from taktloom.formats.dmn import read_dmn
from taktloom.model.decision import (
    BusinessKnowledgeModel,
    DecisionDefinition,
    DecisionRequirementsGraph,
    DecisionService,
    FunctionKind,
    InputData,
)
from taktloom.model.errors import NotFoundError
from taktloom.model.findings import Finding
from taktloom.model.places import Place

__all__ = ["DecisionModel", "ModelSource", "load_model"]


class ReadableBytes(Protocol):
    """A path, or anything else that gives its bytes."""

    def read_bytes(self) -> bytes:
        """The whole content."""
        ...


Path: TypeAlias = tuple[str, ...]  # import prefixes on the way to an element
ModelSource: TypeAlias = bytes | str | ReadableBytes | DecisionRequirementsGraph


def load_model(source: ModelSource, *imports: ModelSource) -> "DecisionModel":
    """Read and compile a DMN model; *imports* are the models that it imports, found by namespace.

    Raises XmlError (a DefinitionError) for what is not DMN. Everything softer is in `DecisionModel.findings`.
    """
    return DecisionModel(Library([_graph(item) for item in (source, *imports)]))


def _graph(source: ModelSource) -> DecisionRequirementsGraph:
    if isinstance(source, DecisionRequirementsGraph):
        return source
    if isinstance(source, bytes | str):
        return read_dmn(source)
    return read_dmn(source.read_bytes(), source=str(source))


@dataclass(frozen=True, slots=True)
class _Logic:
    """A compiled node: what it needs to see, and its closure."""

    required: tuple[Required, ...]
    evaluate: Evaluate


class DecisionModel:
    """A model ready to decide.

    graph: what was read. findings: every problem, with file and line; errors mean that some element gives null.
    """

    def __init__(self, library: Library) -> None:
        self._library = library
        self.graph = library.root
        self._functions: dict[Key, FeelFunction] = {}
        self._logic: dict[Key, _Logic] = {}
        self.findings: list[Finding] = library.findings
        for key, node in library.nodes.items():
            if isinstance(node, BusinessKnowledgeModel | DecisionService):
                self._functions[key] = self._function(key, node)
        for key, node in library.nodes.items():
            if isinstance(node, DecisionDefinition | BusinessKnowledgeModel):
                self._logic[key] = self._compiled(key, node)

    @property
    def decisions(self) -> tuple[str, ...]:
        """Names of the decisions of the model itself, in file order."""
        return tuple(decision.name for decision in self.graph.decisions)

    def evaluate(
        self,
        name: str,
        inputs: Mapping[str, FeelValue],
        *,
        service: str | None = None,
        now: FeelDateTime | None = None,
        budget: Budget | None = None,
    ) -> DecisionResult:
        """Decide *name*: a decision, or a business knowledge model or decision service with its parameters as inputs.

        inputs: FEEL values by the names of the input data. service: evaluate *name* as an output of this service.
        Raises NotFoundError for a name the model lacks and FeelBudgetError for a spent budget.
        """
        run = DecisionRun(budget, now)
        key = self._library.named(service or name)
        if key is None:
            raise NotFoundError(
                f"The model has no decision {service or name!r}.",
                Place(source=self.graph.name),
                "Use one of its decisions' names.",
                {"name": service or name},
            )
        try:
            value = self._decide(run, key, inputs)
        except RecursionError:
            raise FeelBudgetError("depth", run.budget.depth) from None
        if service is not None:
            value = self._output_of_service(key, value, name)
        return DecisionResult(value=value, warnings=tuple(run.warnings), trace=tuple(run.trace))

    def _decide(self, run: DecisionRun, key: Key, inputs: Mapping[str, FeelValue]) -> FeelValue:
        function = self._functions.get(key)
        if function is None:
            return _Evaluation(self, run, inputs).value_of(key)
        names = [parameter.name for parameter in function.parameters]
        return apply_named(run, function, {name: inputs.get(name) for name in names}, 0)

    def _output_of_service(self, key: Key, value: FeelValue, name: str) -> FeelValue:
        node = self._library.nodes[key]
        if isinstance(node, DecisionService) and len(node.outputs) > 1 and isinstance(value, dict) and name in value:
            return value[name]
        return value

    def _compiled(self, key: Key, node: DecisionDefinition | BusinessKnowledgeModel) -> _Logic:
        references = node.required_knowledge
        if isinstance(node, DecisionDefinition):
            references = (*node.required_inputs, *node.required_decisions, *references)
        required = self._library.required(key, references)
        if isinstance(node, BusinessKnowledgeModel):
            required = [*required, Required("", key, node)]  # it may call itself
        level = Level.outermost(self._names(required), self._library.types[key[0]], self.findings)
        if isinstance(node, DecisionDefinition):
            evaluate = self._decision_code(node, level)
        else:
            evaluate = self._knowledge_code(node, level)
        return _Logic(tuple(required), evaluate)

    def _decision_code(self, node: DecisionDefinition, level: Level) -> Evaluate:
        if node.expression is None:
            return null
        type_ref = node.variable.type_ref
        return level.typed(compile_boxed(node.expression, level, type_ref), type_ref, f"The decision {node.name!r}")

    def _knowledge_code(self, node: BusinessKnowledgeModel, level: Level) -> Evaluate:
        logic = node.logic
        if logic is None or logic.body is None or logic.kind is not FunctionKind.FEEL:
            return null
        inner = level.inner({item.name: level.types.named(item.type_ref) for item in logic.parameters})
        type_ref = self._result_type_name(node)
        body = level.typed(compile_boxed(logic.body, inner, type_ref), logic.type_ref, f"The result of {node.name!r}")
        return level.typed(body, type_ref, f"The result of {node.name!r}")

    def _result_type_name(self, node: BusinessKnowledgeModel) -> str | None:
        """A BKM's variable may have the type of its result, or the function type of the whole."""
        kind = self._variable_type(node, next(key for key, item in self._library.nodes.items() if item is node))
        return None if isinstance(kind, FunctionType) else node.variable.type_ref

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
        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            logic = self._logic[key]
            run.enter(FUNCTION_LEVELS)
            try:
                outer = Frame(self._functions_in(logic.required), None, run)
                return logic.evaluate(Frame(dict(zip(names, arguments, strict=True)), outer, run))
            finally:
                run.depth -= FUNCTION_LEVELS

        return call

    def _functions_in(self, required: tuple[Required, ...]) -> dict[str, FeelValue]:
        return _variables(required, lambda item: self._functions.get(item.key))

    def _service_parameters(self, key: Key, node: DecisionService) -> tuple[Parameter, ...]:
        required = self._library.required(key, (*node.input_data, *node.input_decisions))
        return tuple(
            Parameter(name=item.node.variable.name, type=self._variable_type(item.node, item.key)) for item in required
        )

    def _service_call(self, key: Key, node: DecisionService) -> Callable[..., FeelValue]:
        parameters = self._library.required(key, (*node.input_data, *node.input_decisions))
        outputs = self._library.required(key, node.outputs)

        def call(run: Run, *arguments: FeelValue) -> FeelValue:
            run.enter(FUNCTION_LEVELS)
            try:
                inner = _Evaluation(self, run, {})
                inner.given.update({item.key: value for item, value in zip(parameters, arguments, strict=True)})
                answers = {item.node.variable.name: inner.value_of(item.key) for item in outputs}
            finally:
                run.depth -= FUNCTION_LEVELS
            return next(iter(answers.values()), None) if len(outputs) <= 1 else answers

        return call

    def logic_of(self, key: Key) -> _Logic | None:
        """The compiled logic of a decision; for the evaluation only."""
        return self._logic.get(key)

    def function_of(self, key: Key) -> FeelFunction | None:
        """The function that a BKM or service is; for the evaluation only."""
        return self._functions.get(key)

    def input_type(self, key: Key, node: InputData) -> FeelType | None:
        """The type that an input is coerced to; for the evaluation only."""
        return self._variable_type(node, key)

    @property
    def library(self) -> Library:
        """Where elements are found; for the evaluation only."""
        return self._library


class _Evaluation:
    """The values of one evaluation, each computed once.

    An element may be reached through several imports, each with inputs of its own (`{"loans": {"people": {…}}}`), so
    values are kept by the prefixes on the way to them. given: values that stand in for elements, as in a service.
    """

    def __init__(self, model: DecisionModel, run: Run, inputs: Mapping[str, FeelValue]) -> None:
        self.model, self.run, self.inputs = model, run, inputs
        self.given: dict[Key, FeelValue] = {}
        self.values: dict[tuple[Path, Key], FeelValue] = {}
        self.open: set[tuple[Path, Key]] = set()

    def value_of(self, key: Key, path: Path = ()) -> FeelValue:
        if key in self.given:
            return self.given[key]
        if (path, key) in self.values:
            return self.values[path, key]
        node = self.model.library.nodes[key]
        if isinstance(node, InputData):
            value = self._input(key, node, path)
        elif isinstance(node, DecisionDefinition):
            value = self._decision(key, node, path)
        else:
            value = self.model.function_of(key)
        self.values[path, key] = value
        return value

    def _input(self, key: Key, node: InputData, path: Path) -> FeelValue:
        value = self._input_at(node, path)
        kind = self.model.input_type(key, node)
        if value is None or kind is None:
            return value
        answer = coerce(value, kind)
        if answer is None:
            self.run.warn(WarningKind.TYPE_MISMATCH, f"The input {node.name!r} is not of its type.")
        return answer

    def _input_at(self, node: InputData, path: Path) -> FeelValue:
        """The input under the prefixes of *path*, else under the last of them, else under none."""
        for prefixes in (path, path[-1:], ()):
            context: FeelValue | Mapping[str, FeelValue] = self.inputs
            for prefix in prefixes:
                context = context.get(prefix) if isinstance(context, Mapping) else None
            if isinstance(context, Mapping):
                for name in (node.variable.name, node.name):
                    if name in context:
                        return context[name]
        return None

    def _decision(self, key: Key, node: DecisionDefinition, path: Path) -> FeelValue:
        logic = self.model.logic_of(key)
        if logic is None or (path, key) in self.open:
            self.run.warn(WarningKind.DECISION, f"The decision {node.name!r} requires itself.")
            return None
        self.open.add((path, key))
        self.run.enter(FUNCTION_LEVELS)
        try:
            variables = _variables(
                logic.required, lambda item: self.value_of(item.key, (*path, item.prefix) if item.prefix else path)
            )
            return self._traced(node, logic, variables)
        finally:
            self.run.depth -= FUNCTION_LEVELS
            self.open.discard((path, key))

    def _traced(self, node: DecisionDefinition, logic: _Logic, variables: dict[str, FeelValue]) -> FeelValue:
        run = self.run
        before = len(run.matches) if isinstance(run, DecisionRun) else 0
        value = logic.evaluate(Frame(variables, None, run))
        if isinstance(run, DecisionRun):
            matches = tuple(run.matches[before:])
            run.trace.append(DecisionTrace(decision_id=node.id, name=node.name, value=value, matches=matches))
        return value


def _variables(required: tuple[Required, ...], read: Callable[[Required], FeelValue]) -> dict[str, FeelValue]:
    """What a decision sees: values by name, those of an import in a context under its prefix."""
    variables: dict[str, FeelValue] = {}
    grouped: dict[str, dict[str, FeelValue]] = {}
    for item in required:
        target = grouped.setdefault(item.prefix, {}) if item.prefix else variables
        target[item.node.variable.name] = read(item)
    variables.update(grouped)
    return variables
