# SPDX-License-Identifier: Apache-2.0
"""What an analysis is, takes and gives."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from taktloom.app.long_work import Report
from taktloom.model.errors import MisuseError
from taktloom.model.places import Place

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog

Parameters = TypeVar("Parameters")
DeployedDecisionFile: TypeAlias = Callable[[str], "bytes | None"]
"""decision id -> the newest DMN file with it; None: there is none"""


class AnalysisParameterError(MisuseError):
    """A parameter of an analysis is unknown, has another type or is out of its range."""

    code = "TL-2950"


class PlotLanguage(StrEnum):
    """Of the product's own words in a drawing."""

    ENGLISH = "en"
    CHINESE = "zh-CN"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisInput:
    """log: the log or filtered view. report: to be called now and then; it raises when the person cancels.

    whole: the log without the filter, where there is one.
    others: by parameter the other logs that the parameters name, filtered as the log is.
    deployed: finds deployed decisions, for analyses that say so in the table.
    """

    log: "CanonicalLog"
    report: Report
    whole: "CanonicalLog | None" = None
    others: Mapping[str, "CanonicalLog"] = field(default_factory=dict)
    deployed: DeployedDecisionFile = lambda decision_id: None

    @property
    def variants(self) -> Mapping[tuple[str, ...], int]:
        """Activities of a variant -> its cases. Raises EmptyViewError when no case is left."""
        from taktloom.mining.review import EmptyViewError

        found = {variant.activities: variant.cases for variant in self.log.variants().variants}
        if not found:
            raise EmptyViewError(self.log.metadata.log_id)
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class OutputTable:
    """Rows for people and for CSV; one value per column. words: columns whose texts are ours, not the log's.

    units: where rows differ in it, each row's unit of its cells under *measured*: `s`, `share`, or nothing.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]
    words: tuple[str, ...] = ()
    measured: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def unit_of(self, row: int, column: str) -> str:
        """The unit that the row says for its cell; nothing where the column says it."""
        return self.units[row] if self.units and column in self.measured else ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnalysisOutput:
    """data: the typed result. notes: sentences on method and reach. files: name -> what makes its bytes."""

    data: object
    notes: tuple[str, ...] = ()
    tables: tuple[OutputTable, ...] = ()
    files: Mapping[str, Callable[[], bytes]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Analysis(Generic[Parameters]):
    """name: a command's. summary: one line. example: the arguments after `taktloom mine NAME`.

    asks_deployed: what is deployed counts too, so that a result is kept for just that. counts_only: it searches
    nothing; its time grows with the events, so that on a small log it need not wait behind long analyses.
    """

    name: str
    summary: str
    example: str
    parameters: type[Parameters]
    run: Callable[[AnalysisInput, Parameters], AnalysisOutput]
    asks_deployed: bool = False
    counts_only: bool = False


GREATEST_SEED = 2**32 - 1  # that every library takes


def parameter(help_text: str, *, default: Any = MISSING, least: float | None = None, most: float | None = None) -> Any:
    """A field of a parameters record, with its help and its range; without default it is required."""
    metadata = {"help": help_text, "least": least, "most": most}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def document(help_text: str, *, default: Any = MISSING) -> Any:
    """A field that holds the text of a file: a command takes the file's name, a route takes the text in its body."""
    metadata = {"help": help_text, "least": None, "most": None, "is_document": True}
    return field(metadata=metadata) if default is MISSING else field(default=default, metadata=metadata)


def other_log(help_text: str) -> Any:
    """A field that holds the id of another log, or nothing; a command takes a file too."""
    return field(default="", metadata={"help": help_text, "least": None, "most": None, "is_log": True})


def is_other_log(each: "Field[Any]") -> bool:
    """Whether the parameter names another log."""
    return bool(each.metadata.get("is_log"))


def is_document(each: "Field[Any]") -> bool:
    """Whether the parameter is the text of a file."""
    return bool(each.metadata.get("is_document"))


def read_parameters(analysis: Analysis[Parameters], given: Mapping[str, object]) -> Parameters:
    """The record from names and values as a door got them. Raises AnalysisParameterError."""
    from pydantic import TypeAdapter, ValidationError

    known = {each.name: each for each in fields(analysis.parameters)}  # type: ignore[arg-type]
    for name in given:
        if name not in known:
            raise refusal(name, f"The analysis '{analysis.name}' has no parameter '{name}'.", ", ".join(known))
    try:
        record = TypeAdapter(analysis.parameters).validate_python(dict(given))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        name = str(first["loc"][0]) if first["loc"] else ""
        raise refusal(name, f"The parameter '{name}' is not understood.", str(first["msg"])) from None
    for name, each in known.items():
        _require_in_range(name, getattr(record, name), each.metadata)
    return record


def _require_in_range(name: str, value: object, metadata: Mapping[str, Any]) -> None:
    least, most = metadata.get("least"), metadata.get("most")
    if not isinstance(value, int | float):
        return
    if (least is not None and value < least) or (most is not None and value > most):
        reach = f"{'' if least is None else f'{least:g}'}..{'' if most is None else f'{most:g}'}"
        raise refusal(name, f"The parameter '{name}' is out of its range.", reach)


def refusal(name: str, cause: str, allowed: str) -> AnalysisParameterError:
    """The error that names the parameter and what is allowed."""
    return AnalysisParameterError(
        cause, Place(element_id=name[:100]), f"Allowed: {allowed}.", {"name": name[:100], "allowed": allowed}
    )
