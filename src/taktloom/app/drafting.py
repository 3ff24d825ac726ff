# SPDX-License-Identifier: Apache-2.0
"""Draft automation: from a log and its potential to a model draft that deploys as it is."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING

from taktloom.app import model_files, potential
from taktloom.app.context import Context, use_case
from taktloom.app.deployments import files_of
from taktloom.app.long_work import Report, WorkHandle, WorkKind, WorkStatus, paced, unheard
from taktloom.assure.permissions import Permission

if TYPE_CHECKING:
    from taktloom.mining.decisions.discovering import MinedDecision
    from taktloom.mining.logs.canonical import CanonicalLog
    from taktloom.programme.draft import Draft
    from taktloom.programme.potential import PotentialReport


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRecord:
    """A choice: accuracy of its mined rule and of the commonest branch on held-out cases. accepted: it decides."""

    gateway: str
    accuracy: float | None
    majority: float | None
    gain: float | None
    accepted: bool
    n: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementRecord:
    """An element of the draft: what it became and why. why: a code of the catalogues; values: the numbers behind."""

    element_id: str
    activity: str
    kind: str
    why: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftRecord:
    """A drafted automation. coverage: share of events whose activity is in it; left_out: activities that are not."""

    draft_id: str
    name: str
    process_id: str
    coverage: float
    fitness: float
    precision: float | None
    cases: int
    fitting_cases: int
    decisions: tuple[DecisionRecord, ...]
    elements: tuple[ElementRecord, ...]
    left_out: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftedModel:
    """What was drafted of a log, before it is kept as a model draft; kept with the log's results."""

    record: DraftRecord
    bpmn_xml: str
    dmn_xml: str | None


@use_case(Permission.PROCESS_EDIT)
def draft_automation(
    context: Context, *, log_id: str, name: str | None = None, language: str = "en", report: Report = unheard
) -> DraftRecord:
    """Draft an automation of the log's process now and keep it as a model draft; *report* hears how far it is."""
    return _keep_draft(context, log_id, name, language, report)


@use_case(Permission.PROCESS_EDIT)
def start_draft(context: Context, *, log_id: str, name: str | None = None, language: str = "en") -> WorkStatus:
    """Begin to draft an automation of the log's process; the work whose result is the draft."""
    context.rooms.logs.metadata(log_id)

    def work(handle: WorkHandle) -> DraftRecord:
        return _keep_draft(context, log_id, name, language, handle.advance)

    works = context.rooms.long_work
    return works.show(works.begin(work, kind=WorkKind.DRAFT))


def _keep_draft(context: Context, log_id: str, name: str | None, language: str, report: Report) -> DraftRecord:
    from taktloom.hosts.embedded.definitions.drafts import DraftContent

    logs = context.rooms.logs
    title = name or logs.metadata(log_id).name
    drafted = logs.kept_result(
        log_id,
        f"draft {language} {title}",
        DraftedModel,
        lambda log: _drafted(log, title, language, potential.assess(context, log_id, report), paced(report)),
    )
    record = drafted.record
    content = DraftContent(
        name=title,
        bpmn_xml=drafted.bpmn_xml.encode(),
        dmn_xml=None if drafted.dmn_xml is None else drafted.dmn_xml.encode(),
    )
    kept = context.rooms.engine.drafts.create(
        content, by=context.principal.name, source_log_id=log_id, notes=_notes(record)
    )
    context.audit("draft-automation", f"draft {title} ({kept.draft_id})", reason=f"log {log_id}")
    return _with_id(record, kept.draft_id)


@use_case(Permission.PROCESS_EDIT)
def files_of_draft(context: Context, *, draft_id: str) -> dict[str, bytes]:
    """The files that the draft deploys, by name."""
    return files_of(context.rooms.engine.drafts.get(draft_id))


def _drafted(
    log: "CanonicalLog", title: str, language: str, assessed: "PotentialReport", report: Report
) -> DraftedModel:
    from taktloom.programme.draft import DraftRequest, draft_automation
    from taktloom.programme.wording import DraftLanguage

    draft = draft_automation(
        DraftRequest(
            process_id=model_files.process_id_of(title),
            name=title,
            events=log.events().collect(),
            variants={variant.activities: variant.cases for variant in log.variants().variants},
            potential=assessed.activities,
            language=DraftLanguage(language),
            report=report,
        )
    )
    return DraftedModel(
        record=_record(draft, title),
        bpmn_xml=model_files.bpmn_bytes(draft.definitions).decode(),
        dmn_xml=None if draft.decisions is None else model_files.dmn_bytes(draft.decisions).decode(),
    )


def _record(draft: "Draft", title: str) -> DraftRecord:
    process, evidence = draft.definitions.processes[0], draft.evidence
    nodes = {node.id: node for node in process.nodes}
    return DraftRecord(
        draft_id="",
        name=title,
        process_id=process.id,
        coverage=evidence.coverage,
        fitness=evidence.conformance.fitness,
        precision=evidence.conformance.precision,
        cases=evidence.cases,
        fitting_cases=evidence.conformance.fitting_cases,
        decisions=tuple(_decision(one) for one in evidence.decisions),
        elements=tuple(
            ElementRecord(
                element_id=note.element_id,
                activity=nodes[note.element_id].name if note.element_id in nodes else "",
                kind=type(nodes[note.element_id]).__name__ if note.element_id in nodes else "",
                why=note.code,
                values=dict(note.values),
            )
            for note in draft.notes
        ),
        left_out=dict(evidence.left_out),
    )


def _decision(one: "MinedDecision") -> DecisionRecord:
    return DecisionRecord(
        gateway=one.gateway,
        accuracy=one.accuracy,
        majority=one.majority,
        gain=one.gain,
        accepted=one.rules is not None,
        n=one.choices,
        reason=one.verdict.value,
    )


def _notes(record: DraftRecord) -> dict[str, object]:
    return {name: value for name, value in asdict(record).items() if name not in {"draft_id", "name"}}


def _with_id(record: DraftRecord, draft_id: str) -> DraftRecord:
    return replace(record, draft_id=draft_id)
