# SPDX-License-Identifier: Apache-2.0
"""Review of a log: report, map, variants, mined model, potential, draft automation."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from starlette.responses import FileResponse

from taktloom.app import drafting, log_export, potential, review, works
from taktloom.app.calls import calls
from taktloom.app.long_work import WorkStatus
from taktloom.web.callers import Caller
from taktloom.web.routers.works import ACCEPTED, begun, work_out
from taktloom.web.routes import Route
from taktloom.web.schemas import logs as schemas
from taktloom.web.schemas.convert import shown, shown_all
from taktloom.web.schemas.shared import InstantIn

router = APIRouter(prefix="/logs/{log_id}", tags=["review"], route_class=Route)

BPMN_TYPE = "application/xml"
CSV_TYPE = "text/csv; charset=utf-8"
Share = Annotated[float, Query(ge=0, le=1)]
Noise = Annotated[float, Query(ge=0, le=1)]


def log_filter(
    from_: Annotated[InstantIn | None, Query(alias="from")] = None,
    to: InstantIn | None = None,
    variants: Annotated[str | None, Query(max_length=20_000)] = None,
    top_variants: Annotated[int | None, Query(ge=1, le=100_000)] = None,
    activity: Annotated[list[str] | None, Query(max_length=200)] = None,
    without: Annotated[list[str] | None, Query(max_length=200)] = None,
    case: Annotated[str | None, Query(max_length=500)] = None,
    filter_: Annotated[str | None, Query(alias="filter", max_length=20_000)] = None,
) -> review.Filter:
    """Which cases count: those inside the times, of these variants, with any of the activities `activity` and none of
    `without`, or one case. `filter`: steps in their JSON form, applied first."""
    return review.Filter(
        from_at=from_,
        to_at=to,
        variants=tuple(variants.split(",")) if variants else (),
        top_variants=top_variants,
        activities=tuple(activity or ()),
        without=tuple(without or ()),
        case=case,
        steps=filter_,
    )


Filtered = Annotated[review.Filter, Depends(log_filter)]


@router.get("/review", response_model=schemas.ReviewReport, responses=ACCEPTED)
@calls(review.start_look)
def show_review(context: Caller, log_id: str, chosen: Filtered) -> schemas.ReviewReport | Response:
    """The review: how far the log can be trusted, and what happens in it."""
    found = review.start_look(context, log_id=log_id, look=review.whole_review(chosen))
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.ReviewReport, found)


@router.get("/filter", response_model=list[schemas.FilterStepReach], responses=ACCEPTED)
@calls(review.start_look)
def measure_filter(context: Caller, log_id: str, chosen: Filtered) -> list[schemas.FilterStepReach] | Response:
    """How many cases and events each step of a filter leaves, of what the steps before it left."""
    found = review.start_look(context, log_id=log_id, look=review.reach_of_filter(chosen))
    return begun(found) if isinstance(found, WorkStatus) else shown_all(schemas.FilterStepReach, found)


@router.get("/map", response_model=schemas.ProcessMap, responses=ACCEPTED)
@calls(review.start_look)
def show_map(
    context: Caller, log_id: str, chosen: Filtered, activity_share: Share = 1.0, edge_share: Share = 1.0
) -> schemas.ProcessMap | Response:
    """The directly-follows map, cut to the most frequent activities and connections."""
    shares = review.MapShares(activities=activity_share, edges=edge_share)
    found = review.start_look(context, log_id=log_id, look=review.process_map(chosen, shares))
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.ProcessMap, found)


@router.get("/map.svg", response_class=Response, responses=ACCEPTED)
@calls(review.start_look)
def export_map_svg(
    context: Caller, log_id: str, chosen: Filtered, activity_share: Share = 1.0, edge_share: Share = 1.0
) -> Response:
    """The map as a drawing."""
    shares = review.MapShares(activities=activity_share, edges=edge_share)
    found = review.start_look(context, log_id=log_id, look=review.map_drawing(chosen, shares))
    return begun(found) if isinstance(found, WorkStatus) else _file(found, "image/svg+xml", "map.svg")


@router.get("/map.csv", response_class=Response, responses=ACCEPTED)
@calls(review.start_look)
def export_map_csv(context: Caller, log_id: str, chosen: Filtered) -> Response:
    """The map's connections as a table."""
    found = review.start_look(context, log_id=log_id, look=review.map_table(chosen))
    return begun(found) if isinstance(found, WorkStatus) else _file(found, CSV_TYPE, "map.csv")


@router.get("/variants", response_model=list[schemas.Variant], responses=ACCEPTED)
@calls(review.start_look)
def list_variants(
    context: Caller, log_id: str, chosen: Filtered, limit: Annotated[int, Query(ge=1, le=10_000)] = 100
) -> list[schemas.Variant] | Response:
    """Variants, most frequent first."""
    found = review.start_look(context, log_id=log_id, look=review.most_frequent_variants(chosen, limit))
    return begun(found) if isinstance(found, WorkStatus) else shown_all(schemas.Variant, found)


@router.get("/variants.csv", response_class=Response, responses=ACCEPTED)
@calls(review.start_look)
def export_variants_csv(context: Caller, log_id: str, chosen: Filtered) -> Response:
    """All variants as a table."""
    found = review.start_look(context, log_id=log_id, look=review.variants_table(chosen))
    return begun(found) if isinstance(found, WorkStatus) else _file(found, CSV_TYPE, "variants.csv")


@router.get("/model", response_model=schemas.MinedModel, responses=ACCEPTED)
@calls(review.start_look)
def show_model(context: Caller, log_id: str, chosen: Filtered, noise: Noise = 0.2) -> schemas.MinedModel | Response:
    """A sound BPMN model of the log, with its fitness and precision."""
    found = review.start_look(context, log_id=log_id, look=review.mined_model(chosen, noise))
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.MinedModel, found)


@router.get("/model.bpmn", response_class=Response, responses=ACCEPTED)
@calls(review.start_look)
def export_model(context: Caller, log_id: str, chosen: Filtered, noise: Noise = 0.2) -> Response:
    """The mined model as a BPMN file."""
    found = review.start_look(context, log_id=log_id, look=review.mined_model(chosen, noise))
    return begun(found) if isinstance(found, WorkStatus) else _file(found.bpmn_xml.encode(), BPMN_TYPE, "model.bpmn")


@router.get(
    "/potential", responses={202: {"model": schemas.WorkOut, "description": "Being assessed; follow it at `/works`"}}
)
@calls(potential.start_potential)
def show_potential(
    context: Caller,
    log_id: str,
    chosen: Filtered,
    calendar: Annotated[str | None, Query(min_length=1, max_length=200)] = None,
) -> schemas.Potential:
    """Which activities are worth automating, and why; 202 and the work to follow while it is being assessed.

    `calendar`: the business calendar that work counts by; without it, the hours that the log shows."""
    found = potential.start_potential(context, log_id=log_id, chosen=chosen, calendar=calendar)
    return begun(found) if isinstance(found, WorkStatus) else shown(schemas.Potential, found)  # type: ignore[return-value]


@router.get("/rates")
@calls(potential.show_rates)
def show_rates(context: Caller, log_id: str) -> schemas.RatesIn | None:
    """The given rates, null when none are."""
    rates = potential.show_rates(context, log_id=log_id)
    return None if rates is None else schemas.RatesIn.model_validate(rates, from_attributes=True)


@router.put("/rates", status_code=204)
@calls(potential.set_rates)
def set_rates(context: Caller, log_id: str, body: schemas.RatesIn) -> None:
    """Give rates, so that the potential can speak of money."""
    potential.set_rates(
        context,
        log_id=log_id,
        rates=potential.Rates(currency=body.currency, hourly=body.hourly, default=body.default),
    )


@router.post("/draft", status_code=202)
@calls(drafting.start_draft)
def draft_automation(context: Caller, log_id: str, body: schemas.DraftIn) -> schemas.WorkOut:
    """Draft an executable automation of the log's process, kept as a model draft; follow it at `/works/{work_id}`."""
    begun = drafting.start_draft(context, log_id=log_id, name=body.name, language=body.language)
    return work_out(works.work_progress(begun))


@router.get("/export.{ending}", response_class=FileResponse, responses=ACCEPTED)
@calls(log_export.start_export)
def export_log(
    context: Caller, log_id: str, chosen: Filtered, ending: Literal["xes", "xes.gz", "csv", "parquet"]
) -> Response:
    """The events of the log, or of the part that a filter keeps, as a file."""
    found = log_export.start_export(context, log_id=log_id, ending=ending, chosen=chosen)
    if isinstance(found, WorkStatus):
        return begun(found)
    return FileResponse(found, media_type="application/octet-stream", filename=f"log.{ending}")


def _file(content: bytes, media_type: str, name: str) -> Response:
    return Response(content, media_type=media_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})
