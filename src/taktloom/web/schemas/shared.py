# SPDX-License-Identifier: Apache-2.0
"""Parts that several resources use: problems, findings, pages, values.

Times are ISO 8601 in UTC with `Z`. Durations are numbers in fields named `_s` or `_ms`. Variables are FEEL values in
their wire form: plain JSON where that is exact, else `{"@type": …, "value": …}`.
"""

from datetime import date, datetime
from typing import Annotated, Generic, Literal, TypeVar, cast

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    JsonValue,
)
from pydantic_core.core_schema import CoreSchema

from taktloom.web.schemas.kinds import as_utc, as_written, of_their_kind
from taktloom.web.values import to_wire

Item = TypeVar("Item")


Wire = Annotated[JsonValue, BeforeValidator(to_wire)]  # a FEEL value on its way out
Instant = datetime  # aware; rooms refuse naive times before they get here
InstantIn = Annotated[AwareDatetime, BeforeValidator(as_written), AfterValidator(as_utc)]
DayIn = Annotated[date, BeforeValidator(as_written)]


class Out(BaseModel):
    """A response: made from the attributes of the rooms' records."""

    model_config = ConfigDict(from_attributes=True, frozen=True)


class In(BaseModel):
    """A request: unknown fields are refused, so that a misspelt option is not silently ignored.

    So are texts and booleans where a number belongs, and the other way round: the document says what a field takes.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    @classmethod
    def __get_pydantic_core_schema__(cls, source: type[BaseModel], handler: GetCoreSchemaHandler) -> CoreSchema:
        """As its base, but numbers and booleans are of their own kind only."""
        return cast("CoreSchema", of_their_kind(handler(source)))


class PlaceOut(Out):
    source: str = ""
    line: int | None = None
    element_id: str | None = None


class FindingOut(Out):
    """path: ids of the elements on a shortest way that shows the problem; empty where the place says all."""

    severity: Literal["error", "warning", "information"]
    rule: str
    message: str
    place: PlaceOut = PlaceOut()
    remedy: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    path: list[str] = Field(default_factory=list)


class Problem(Out):
    """RFC 9457 problem: `detail` is the cause, `code` is stable, `error_id` finds our own failures in the log."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    place: PlaceOut = PlaceOut()
    remedy: str = ""
    parameters: dict[str, str] = Field(default_factory=dict)
    findings: list[FindingOut] = Field(default_factory=list)
    error_id: str | None = None


class PageOut(Out, Generic[Item]):
    items: list[Item]
    next_cursor: str | None = None
    total: int | None = None
