# SPDX-License-Identifier: Apache-2.0
"""Running an analysis of the table: at once for a command, as a work that can be watched and cancelled for a page."""

from collections.abc import Hashable, Mapping
from dataclasses import MISSING, Field, dataclass, fields
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args, get_origin, get_type_hints

from taktloom.app.analyses.deciding import deployed_file, deployed_versions
from taktloom.app.analyses.files import file_of
from taktloom.app.analyses.records import (
    Analysis,
    AnalysisInput,
    AnalysisOutput,
    is_document,
    is_other_log,
    read_parameters,
)
from taktloom.app.analyses.table import ANALYSES
from taktloom.app.answering import known_or_begun
from taktloom.app.context import Context, use_case
from taktloom.app.long_work import Report, WorkHandle, WorkStatus, paced
from taktloom.app.review import ALL, Filter, view_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import NotFoundError

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog


class ParameterKind(StrEnum):
    """What a parameter's value is; `document`: the text of a file; `log`: the id of another log."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    BOOLEAN = "boolean"
    CHOICE = "choice"
    LIST = "list"
    INSTANT = "instant"
    DOCUMENT = "document"
    LOG = "log"


@dataclass(frozen=True, slots=True, kw_only=True)
class ParameterRecord:
    """One parameter: its name, help, default (None: required or none), range, kind and, of a choice, its values."""

    name: str
    help: str
    default: object
    least: float | None
    most: float | None
    kind: ParameterKind
    is_required: bool
    choices: tuple[str, ...] = ()
    is_document: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRecord:
    """One analysis of the table."""

    name: str
    summary: str
    parameters: tuple[ParameterRecord, ...]


@use_case(Permission.LOG_VIEW)
def list_analyses(context: Context) -> tuple[AnalysisRecord, ...]:
    """Which analyses there are, with their parameters."""
    return tuple(
        AnalysisRecord(name=each.name, summary=each.summary, parameters=_parameters(each)) for each in ANALYSES.values()
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisRequest:
    """Which analysis of which log, or of the part of it that is chosen; parameters by name, as a door got them."""

    log_id: str
    name: str
    parameters: Mapping[str, object]
    chosen: Filter = ALL


class MadeFile(NamedTuple):
    """A file of a result, under its own name."""

    name: str
    content: bytes


@use_case(Permission.LOG_VIEW)
def analyse(
    context: Context, *, request: AnalysisRequest, report: Report = lambda stage, done, total: None
) -> AnalysisOutput:
    """Run an analysis and wait for it; its result is kept until the log is imported anew.

    Raises AnalysisParameterError, NotFoundError, and what the analysis raises.
    """
    asked = _asked(context, request)

    def compute(log: "CanonicalLog") -> AnalysisOutput:
        from taktloom.mining.watching import tell, watched_by

        with watched_by(paced(report)):
            source = AnalysisInput(
                log=view_of(log, request.chosen),
                report=tell,
                whole=None if request.chosen == ALL else log,
                others={name: view_of(other, request.chosen) for name, other in asked.others.items()},
                deployed=partial(deployed_file, context),
            )
            return asked.analysis.run(source, asked.record)

    return context.rooms.logs.result(request.log_id, asked.key, compute)


@use_case(Permission.LOG_VIEW)
def start_analysis(context: Context, *, request: AnalysisRequest) -> AnalysisOutput | WorkStatus:
    """The result where it comes within two seconds, else the work to follow; asked again, the same work is joined."""

    def work(handle: WorkHandle) -> AnalysisOutput:
        handle.advance("reading", 0, None)
        return analyse(context, request=request, report=handle.advance)

    asked = _asked(context, request)
    return known_or_begun(context, request.log_id, asked.key, work, counts_only=asked.counts_only)


@use_case(Permission.LOG_VIEW)
def start_analysis_file(context: Context, *, request: AnalysisRequest, file: str) -> MadeFile | WorkStatus:
    """The file *file* of a result, as `start_analysis` gives the result itself; raises what `file_of` raises."""
    asked = _asked(context, request)
    key = (*asked.key, "file", file)

    def work(handle: WorkHandle) -> MadeFile:
        handle.advance("reading", 0, None)
        output = analyse(context, request=request, report=handle.advance)
        handle.advance("writing", 0, None)
        return context.rooms.logs.result(request.log_id, key, lambda _: MadeFile(*file_of(output, file)))

    return known_or_begun(context, request.log_id, key, work, counts_only=asked.counts_only)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a request asks for, with the other logs and deployed models that it depends on. key: of its result."""

    analysis: Analysis[Any]
    record: Any
    others: "Mapping[str, CanonicalLog]"
    key: tuple[Hashable, ...]

    @property
    def counts_only(self) -> bool:
        """Whether the size of the log tells that it is quick: it searches nothing and reads no other log."""
        return self.analysis.counts_only and not self.others


def _asked(context: Context, request: AnalysisRequest) -> _Asked:
    """Raises AnalysisParameterError and NotFoundError: an unknown log is an answer, not a work that fails."""
    analysis = _analysis(request.name)
    record = read_parameters(analysis, request.parameters)
    logs = context.rooms.logs
    logs.metadata(request.log_id)
    others = {name: logs.open_log(log_id) for name, log_id in _other_logs(record).items()}
    imports = tuple((log.metadata.log_id, log.metadata.imported_at) for log in others.values())
    versions = deployed_versions(context) if analysis.asks_deployed else ()
    return _Asked(analysis, record, others, ("analysis", request.name, record, request.chosen, versions, imports))


def _other_logs(record: Any) -> dict[str, str]:
    """Ids of the other logs that the parameters name, by parameter."""
    return {
        each.name: getattr(record, each.name)
        for each in fields(record)
        if is_other_log(each) and getattr(record, each.name)
    }


def _analysis(name: str) -> Analysis[Any]:
    if name not in ANALYSES:
        raise NotFoundError(
            f"There is no analysis '{name[:100]}'.",
            remedy="Choose one from the list of analyses.",
            parameters={"name": name[:100]},
        )
    return ANALYSES[name]


def _parameters(analysis: Analysis[Any]) -> tuple[ParameterRecord, ...]:
    hints = get_type_hints(analysis.parameters)
    return tuple(
        ParameterRecord(
            name=each.name,
            help=each.metadata["help"],
            default=None if not isinstance(each.default, str | int | float | bool) else each.default,
            least=each.metadata["least"],
            most=each.metadata["most"],
            kind=_form(each) or _kind(hints[each.name]),
            is_required=each.default is MISSING,
            choices=_choices(hints[each.name]),
            is_document=is_document(each),
        )
        for each in fields(analysis.parameters)
    )


def _form(each: "Field[Any]") -> ParameterKind | None:
    if is_other_log(each):
        return ParameterKind.LOG
    return ParameterKind.DOCUMENT if is_document(each) else None


def _kind(hint: object) -> ParameterKind:
    """Of an annotation, its None left aside."""
    if _choices(hint):
        return ParameterKind.CHOICE
    if get_origin(hint) is tuple:
        return ParameterKind.LIST
    return next((_KINDS[each] for each in (hint, *get_args(hint)) if each in _KINDS), ParameterKind.TEXT)


def _choices(hint: object) -> tuple[str, ...]:
    """The values of an enumeration or of literals; none for other annotations."""
    for each in (hint, *get_args(hint)):
        if isinstance(each, type) and issubclass(each, StrEnum):
            return tuple(each)
        if get_origin(each) is Literal:
            return tuple(str(one) for one in get_args(each))
    return ()


_KINDS: Mapping[object, ParameterKind] = {
    bool: ParameterKind.BOOLEAN,
    int: ParameterKind.INTEGER,
    float: ParameterKind.NUMBER,
    datetime: ParameterKind.INSTANT,
}
