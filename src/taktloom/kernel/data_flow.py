# SPDX-License-Identifier: Apache-2.0
"""Data into and out of activities and events: input sets, associations, properties, data outputs, data stores.

A data element is a variable. Entering, the first input set whose required inputs are all there is chosen, and its
associations set the data inputs as variables of the visit; when no set is, the visit waits until data have changed so
that one is. Properties, data outputs and the data objects of a sub-process are variables of the visit too: what a
completion brings under their names goes there. Completing, the associations hand the outputs on. A value of null is
not there: an association with a source that is not there does nothing.

An association evaluates its transformation over everything visible, with its sources under their names and ids; its
assignments then set parts of the target, by paths that may begin with the target's name. Without both, the source is
copied. Input associations never see what the visit itself has under the same name, so that they can be done again.
Source: BPMN 2.0.2, 10.4.2, 13.3.2.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from taktloom.feel.values import FeelValue
from taktloom.kernel.commands import ReadDataStores, WriteDataStore
from taktloom.kernel.executable import Node, PhaseMethod
from taktloom.kernel.expressions import Context, Expression
from taktloom.kernel.mappings import evaluate_mappings
from taktloom.kernel.run import Run
from taktloom.kernel.sparse import with_entry
from taktloom.kernel.state import Phase, Token
from taktloom.kernel.variables import add_variables, hand_out, set_local, set_path, visible_variables
from taktloom.model.identifiers import RequestId

__all__ = [
    "NOTHING_NEEDED",
    "Association",
    "DataSource",
    "InputSet",
    "NodeData",
    "given_to",
    "in_each_round",
    "output_names",
    "own_data",
    "payload_of",
    "reads_stores",
    "resume_where_data_are_there",
    "with_data",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataSource:
    """A source of an association: its variable, or the data store that it is; names: what expressions call it."""

    variable: str
    store: str | None
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Association:
    """A compiled data association. target: a variable; store: the data store that it is instead."""

    sources: tuple[DataSource, ...]
    target: str
    store: str | None = None
    transformation: Expression | None = None
    assignments: tuple[tuple[Expression, tuple[str, ...]], ...] = ()

    @property
    def is_empty(self) -> bool:
        """Whether it says nothing of where its target's value comes from."""
        return not self.sources and self.transformation is None and not self.assignments


@dataclass(frozen=True, slots=True, kw_only=True)
class InputSet:
    """associations: those that fill its inputs; required: those of them without which it is not available."""

    associations: tuple[Association, ...]
    required: tuple[Association, ...]


NOTHING_NEEDED = (InputSet(associations=(), required=()),)


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeData:
    """The data of one activity or event; see the module. inputs, outputs: variables of the data inputs and outputs.

    owned: the variables that each visit has of its own from its beginning. sets: in the order of the document, one at
    least. stores: what is read of data stores before the visit begins. each: what each instance of a multi-instance
    activity does by itself, by associations from its inputDataItem and to its outputDataItem.
    """

    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    owned: tuple[str, ...] = ()
    sets: tuple[InputSet, ...] = ()
    given: tuple[Association, ...] = ()
    stores: tuple[str, ...] = ()
    each: "NodeData | None" = None


def with_data(node: Node) -> Node:
    """The node with phases that take care of its data; as it is where it has none."""
    if not isinstance(node.data, NodeData):
        return node
    phases = list(node.phases)
    phases[Phase.ENTER] = entering_with_data(phases[Phase.ENTER])
    if node.data.given:
        phases[Phase.COMPLETE] = completing_with_data(phases[Phase.COMPLETE])
    return replace(node, phases=tuple(phases))


def in_each_round(node: Node) -> Node:
    """The node as the work of a loop's rounds: each has properties and data objects, the loop has the rest."""
    if not isinstance(node.data, NodeData):
        return node
    each = node.data.each or NodeData(sets=NOTHING_NEEDED)
    own = tuple(name for name in node.data.owned if name not in node.data.outputs)
    data = replace(each, owned=(*own, *each.owned))
    return with_data(replace(node, data=None if data == NodeData(sets=NOTHING_NEEDED) else data))


def own_data(run: Run, node: Node, token: Token) -> None:
    """A visit that begins without entering, as of an event that has happened, gets the variables of its own."""
    if isinstance(node.data, NodeData) and node.data.owned:
        add_variables(run.open_scope(token), dict.fromkeys(node.data.owned))


def given_to(run: Run, node: Node, token: Token, context: Context) -> Mapping[str, FeelValue]:
    """What the associations out of the node will give, by target; nothing where it has none."""
    if not isinstance(node.data, NodeData) or not node.data.given:
        return {}
    around = visible_variables(run.state, token.scope)
    return {a.target: value for a, value in _evaluate(run, node.data.given, context, around, None) if a.store is None}


def entering_with_data(enter: PhaseMethod) -> PhaseMethod:
    """The entering phase of a node that has data."""

    def enter_with_data(run: Run, token: Token) -> Phase | None:
        node = run.node(token)
        data = _data_of(node)
        fetched = run.state.fetched.get(token.id)
        if data.stores and fetched is None:
            _read_stores(run, node, token, data)
            return None
        context = visible_variables(run.state, token.scope)
        chosen = _available_set(data, context, fetched)
        if chosen is None:
            run.state.fetched.pop(token.id, None)
            run.state.awaiting_data = with_entry(run.state.awaiting_data, token.id, None)
            return None
        inputs = _evaluate(run, chosen.associations, context, context, fetched)
        run.state.fetched.pop(token.id, None)
        there = {} if token.inner is None else run.state.scopes[token.inner].variables  # of what has happened already
        owned: dict[str, FeelValue] = {name: None for name in data.owned if name not in there}
        owned.update((association.target, value) for association, value in inputs)
        if owned:
            run.open_scope(token)
            assert token.inner is not None
            set_local(run.state, token.inner, owned)
        following: Phase | None = enter(run, token)
        return following

    return enter_with_data


def completing_with_data(complete: PhaseMethod) -> PhaseMethod:
    """The completing phase of a node whose data outputs are handed on."""

    def complete_with_data(run: Run, token: Token) -> Phase | None:
        node, scope_id = run.node(token), token.scope
        around = visible_variables(run.state, scope_id)
        inside = {**run.variables(token), **_loop_results(run, node, token)}
        results = _evaluate(run, _data_of(node).given, inside, around, None)
        following: Phase | None = complete(run, token)
        if scope_id not in run.state.scopes:
            return following
        for association, value in results:
            if association.store is not None:
                run.commands.append(WriteDataStore(element_id=node.id, store=association.store, value=value))
            else:
                hand_out(run.state, scope_id, {association.target: value})
        return following

    return complete_with_data


def payload_of(run: Run, node: Node, token: Token) -> Mapping[str, FeelValue]:
    """What is thrown with an event: its input mappings, and its data inputs under their names."""
    context = run.variables(token)
    data = node.data
    inputs = {} if not isinstance(data, NodeData) else {name: context.get(name) for name in data.inputs}
    return {**inputs, **evaluate_mappings(node.inputs, context, run.now)}


def resume_where_data_are_there(run: Run) -> bool:
    """Let the first visit begin whose input set has become available; False when none has."""
    state = run.state
    for token_id in list(state.awaiting_data):
        token = state.tokens.get(token_id)
        if token is None:
            del state.awaiting_data[token_id]
            continue
        data = _data_of(run.node(token))
        if _available_set(data, visible_variables(state, token.scope), None) is not None:
            del state.awaiting_data[token_id]
            run.push(token, Phase.ENTER)
            return True
    return False


def reads_stores(node: Node) -> bool:
    """Whether the node asks for data stores before its visits begin."""
    return isinstance(node.data, NodeData) and bool(node.data.stores)


def output_names(node: Node) -> tuple[str, ...]:
    """The variables of its data outputs."""
    return node.data.outputs if isinstance(node.data, NodeData) else ()


def _loop_results(run: Run, node: Node, token: Token) -> Mapping[str, FeelValue]:
    """What the instances of a multi-instance activity have collected, under the name of a data output."""
    collect = getattr(node.behaviour, "results", None)
    if collect is None or token.inner is None:
        return {}
    results: Mapping[str, FeelValue] = collect(run.state.scopes[token.inner])
    return results


def _data_of(node: Node) -> NodeData:
    assert isinstance(node.data, NodeData)  # compile wraps the phases of no others
    return node.data


def _read_stores(run: Run, node: Node, token: Token, data: NodeData) -> None:
    request_id = RequestId(run.next_id())
    run.state.requests = with_entry(run.state.requests, request_id, token)
    token.waits += (request_id,)
    run.commands.append(ReadDataStores(request_id=request_id, element_id=node.id, stores=data.stores))


def _available_set(data: NodeData, context: Context, fetched: Mapping[str, FeelValue] | None) -> InputSet | None:
    """The first set whose required inputs are there; stores that have not been read are taken to be."""
    for candidate in data.sets:
        if all(_is_there(association, context, fetched) for association in candidate.required):
            return candidate
    return None


def _is_there(association: Association, context: Context, fetched: Mapping[str, FeelValue] | None) -> bool:
    return all(
        fetched is None or fetched.get(source.store) is not None
        if source.store is not None
        else context.get(source.variable) is not None
        for source in association.sources
    )


def _evaluate(
    run: Run,
    associations: tuple[Association, ...],
    context: Context,
    around: Context,
    fetched: Mapping[str, FeelValue] | None,
) -> list[tuple[Association, FeelValue]]:
    """The targets' new values; *around* has those that assignments change parts of."""
    results: list[tuple[Association, FeelValue]] = []
    for association in associations:
        if not _is_there(association, context, fetched):
            continue
        inside = dict(context)
        for source in association.sources:
            value = context.get(source.variable) if source.store is None else (fetched or {}).get(source.store)
            inside.update(dict.fromkeys(source.names, value))
        results.append((association, _value(run, association, inside, around.get(association.target))))
    return results


def _value(run: Run, association: Association, context: Context, current: FeelValue) -> FeelValue:
    if association.transformation is not None:
        current = association.transformation.evaluate(context, run.now)
    elif not association.assignments:
        return context.get(association.sources[0].names[0]) if association.sources else None
    draft: dict[str, FeelValue] = {"": current}
    for source, path in association.assignments:
        set_path(draft, ("", *path), source.evaluate(context, run.now))
    return draft[""]
