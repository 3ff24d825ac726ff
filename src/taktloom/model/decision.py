# SPDX-License-Identifier: Apache-2.0
"""Decisions as DMN 1.5 defines them: the graph of one file, its nodes and their boxed expressions. Data only.

Texts of expressions and unary tests stay texts here; `taktloom.decisions` compiles them.
Source: DMN 1.5, chapters 5 to 8 and 10.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from taktloom.model.places import NOWHERE, Place

__all__ = [
    "Aggregation",
    "BoxedConditional",
    "BoxedContext",
    "BoxedFilter",
    "BoxedFunction",
    "BoxedInvocation",
    "BoxedIteration",
    "BoxedList",
    "BusinessKnowledgeModel",
    "ContextEntry",
    "DecisionDefinition",
    "DecisionExpression",
    "DecisionRequirementsGraph",
    "DecisionService",
    "DecisionTable",
    "DecisionTestCase",
    "ElementReference",
    "FunctionKind",
    "HitPolicy",
    "InformationItem",
    "InputClause",
    "InputData",
    "ItemDefinition",
    "IterationKind",
    "LiteralExpression",
    "ModelImport",
    "OutputClause",
    "Relation",
    "Rule",
]


class HitPolicy(StrEnum):
    """Which of the matching rules give the answer (DMN 1.5, 8.2.10)."""

    UNIQUE = "UNIQUE"
    ANY = "ANY"
    PRIORITY = "PRIORITY"
    FIRST = "FIRST"
    RULE_ORDER = "RULE ORDER"
    OUTPUT_ORDER = "OUTPUT ORDER"
    COLLECT = "COLLECT"


class Aggregation(StrEnum):
    """What COLLECT makes of the matching outputs; without one they are a list."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"


class FunctionKind(StrEnum):
    """The language of a function's body; only FEEL runs here."""

    FEEL = "FEEL"
    JAVA = "Java"
    PMML = "PMML"


class IterationKind(StrEnum):
    """The boxed iterators of DMN 1.4."""

    FOR = "for"
    SOME = "some"
    EVERY = "every"


@dataclass(frozen=True, slots=True, kw_only=True)
class InformationItem:
    """A variable, parameter or column; *type_ref* is the name of a FEEL type or item definition, None for Any."""

    name: str
    type_ref: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementReference:
    """An `href`: *namespace* is None for an element of the same file.

    requirement_id: the id of the requirement that it stands in, which an edge of the diagram names.
    """

    id: str
    namespace: str | None = None
    requirement_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LiteralExpression:
    """FEEL text; empty where the author has not written it yet."""

    text: str
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class InputClause:
    """A condition column. values: allowed values as unary tests, None where anything goes."""

    expression: LiteralExpression
    values: str | None = None
    label: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputClause:
    """A conclusion column; *name* is needed where there are several. values: allowed values, best first (PRIORITY)."""

    name: str | None = None
    type_ref: str | None = None
    values: str | None = None
    default: LiteralExpression | None = None
    label: str | None = None
    id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A row. inputs: unary tests by input clause; outputs: expressions by output clause; annotations likewise.

    description: what dmn-js shows in its Annotations column; None where that is the first annotation.
    """

    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    annotations: tuple[str, ...] = ()
    description: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTable:
    """Rules over inputs with a hit policy."""

    inputs: tuple[InputClause, ...]
    outputs: tuple[OutputClause, ...]
    rules: tuple[Rule, ...]
    hit_policy: HitPolicy = HitPolicy.UNIQUE
    aggregation: Aggregation | None = None
    annotation_names: tuple[str, ...] = ()
    output_label: str | None = None
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class ContextEntry:
    """An entry of a boxed context; without *variable* it is the result of the whole context."""

    variable: InformationItem | None
    value: "DecisionExpression"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedContext:
    """Entries, each seeing the earlier ones."""

    entries: tuple[ContextEntry, ...]
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedInvocation:
    """A call with named bindings."""

    function: "DecisionExpression"
    bindings: "tuple[tuple[InformationItem, DecisionExpression | None], ...]"
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedFunction:
    """A function definition; the encapsulated logic of a business knowledge model is one."""

    parameters: tuple[InformationItem, ...]
    body: "DecisionExpression | None"
    kind: FunctionKind = FunctionKind.FEEL
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedList:
    """A list of expressions."""

    items: "tuple[DecisionExpression, ...]"
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class Relation:
    """A table of expressions: a list of contexts."""

    columns: tuple[InformationItem, ...]
    rows: "tuple[tuple[DecisionExpression, ...], ...]"
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedConditional:
    """if / then / else"""

    condition: "DecisionExpression"
    consequent: "DecisionExpression"
    alternative: "DecisionExpression"
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedFilter:
    """in / match"""

    source: "DecisionExpression"
    match: "DecisionExpression"
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class BoxedIteration:
    """for … return, some … satisfies, every … satisfies"""

    kind: IterationKind
    variable: str
    source: "DecisionExpression"
    body: "DecisionExpression"
    variable_type_ref: str | None = None
    type_ref: str | None = None
    id: str | None = None
    place: Place = NOWHERE


DecisionExpression: TypeAlias = (
    LiteralExpression
    | DecisionTable
    | BoxedContext
    | BoxedInvocation
    | BoxedFunction
    | BoxedList
    | Relation
    | BoxedConditional
    | BoxedFilter
    | BoxedIteration
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemDefinition:
    """A named type: of another type (*type_ref*), a structure (*components*) or a function (*parameters*, *result*).

    allowed_values constrain a value, or each item of a collection; type_constraint (1.5) the collection as a whole.
    """

    name: str
    type_ref: str | None = None
    components: "tuple[ItemDefinition, ...]" = ()
    is_collection: bool = False
    allowed_values: str | None = None
    type_constraint: str | None = None
    function_parameters: tuple[InformationItem, ...] | None = None
    function_result: str | None = None
    id: str | None = None
    place: Place = NOWHERE


@dataclass(frozen=True, slots=True, kw_only=True)
class InputData:
    """What comes from outside."""

    id: str
    name: str
    variable: InformationItem
    place: Place = NOWHERE
    kept: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionDefinition:
    """One decision: what it needs and how it decides; *expression* is None where there is no logic yet.

    kept: child elements that we do not run, as XML, for writing them back.
    """

    id: str
    name: str
    variable: InformationItem
    expression: DecisionExpression | None
    required_inputs: tuple[ElementReference, ...] = ()
    required_decisions: tuple[ElementReference, ...] = ()
    required_knowledge: tuple[ElementReference, ...] = ()
    place: Place = NOWHERE
    kept: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class BusinessKnowledgeModel:
    """A function that decisions may require."""

    id: str
    name: str
    variable: InformationItem
    logic: BoxedFunction | None
    required_knowledge: tuple[ElementReference, ...] = ()
    place: Place = NOWHERE
    kept: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionService:
    """Decisions offered together; parameters are its input data, then its input decisions (DMN 1.5, 10.4)."""

    id: str
    name: str
    variable: InformationItem
    outputs: tuple[ElementReference, ...]
    encapsulated: tuple[ElementReference, ...] = ()
    input_decisions: tuple[ElementReference, ...] = ()
    input_data: tuple[ElementReference, ...] = ()
    place: Place = NOWHERE
    kept: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelImport:
    """Another model's elements under the prefix *name*; an empty name imports them as they are (1.5)."""

    name: str
    namespace: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionTestCase:
    """Inputs of a decision and what to expect of it; texts are FEEL.

    inputs: by the name of the input data; one that is left out is null. expected: by the name of the output, or under
    "" for the value of the decision as a whole; nothing expected means that the case only shows what comes out.
    """

    id: str
    name: str
    inputs: Mapping[str, str]
    expected: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRequirementsGraph:
    """Everything in one DMN file.

    diagram: the file's DMNDI as XML, None where it has none (the writer then lays the graph out).
    kept: top-level elements that we do not run (knowledge sources, artifacts …), as XML. languages: each expression
    language beside FEEL that the file names, and where.
    """

    id: str
    name: str
    namespace: str
    decisions: tuple[DecisionDefinition, ...] = ()
    inputs: tuple[InputData, ...] = ()
    knowledge_models: tuple[BusinessKnowledgeModel, ...] = ()
    services: tuple[DecisionService, ...] = ()
    item_definitions: tuple[ItemDefinition, ...] = ()
    imports: tuple[ModelImport, ...] = ()
    diagram: bytes | None = None
    kept: tuple[bytes, ...] = field(default=())
    languages: tuple[tuple[str, Place], ...] = ()
    place: Place = NOWHERE
