# SPDX-License-Identifier: Apache-2.0
"""Deployed decisions: their versions, their files, and how often processes asked them.

Counted is what processes ask, in the transaction of the answer: each decision of the file that was made on the way, and
the rules of its own table that matched. Values are not kept. Evaluations over REST or the command line count nothing.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from taktloom.decisions import DecisionModel, DecisionTrace
from taktloom.hosts.embedded.core.catalogue import UnknownDecisionError, resource
from taktloom.hosts.embedded.core.definition_rows import deployed_decision
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.identifiers import TenantId
from taktloom.model.operations import DeployedDecision, RuleHits
from taktloom.model.places import Place
from taktloom.storage import Row, Session

_VERSIONS_LISTED = 1000
_EPOCH = date(1970, 1, 1)


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionFile:
    """One version with the bytes that it was deployed with."""

    deployed: DeployedDecision
    content: bytes


class DeployedDecisions:
    """Deployed decisions of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def versions(self, decision_id: str) -> tuple[DeployedDecision, ...]:
        """All versions, newest first; raises UnknownDecisionError."""
        with self._core.database.reading() as session:
            rows = session.all(
                "decision_versions", tenant_id=self._tenant_id, decision_id=decision_id, limit=_VERSIONS_LISTED
            )
        if not rows:
            raise _unknown(decision_id, None)
        return tuple(map(deployed_decision, rows))

    def file(self, decision_id: str, *, version: int | None = None) -> DecisionFile:
        """The newest version or the one asked for; raises UnknownDecisionError."""
        with self._core.database.reading() as session:
            row = self._row(session, decision_id, version)
            content = resource(session, self._tenant_id, row.text("checksum"))
        return DecisionFile(deployed=deployed_decision(row), content=content)

    def hits(self, decision_id: str, *, version: int | None = None, since: date | None = None) -> RuleHits:
        """How often processes asked this version, and the hits of its rules by number; raises UnknownDecisionError."""
        with self._core.database.reading() as session:
            row = self._row(session, decision_id, version)
            of_version: dict[str, str | int] = {
                "tenant_id": self._tenant_id,
                "decision_id": decision_id,
                "checksum": row.text("checksum"),
                "since": 0 if since is None else (since - _EPOCH).days,
            }
            uses = session.first("decision_uses", **of_version)
            rules = session.all("rule_hits", **of_version)
        if uses is None:
            raise LookupError(decision_id)  # unreachable: an aggregate always has a row
        return RuleHits(
            version=row.integer("version"),
            evaluations=uses.integer("evaluations"),
            unmatched=uses.integer("unmatched"),
            first_day=_day(uses.integer_or_none("first_day")),
            last_day=_day(uses.integer_or_none("last_day")),
            rules={rule.integer("rule_number"): rule.integer("hits") for rule in rules},
        )

    def _row(self, session: Session, decision_id: str, version: int | None) -> Row:
        name = {"tenant_id": self._tenant_id, "decision_id": decision_id}
        row = (
            session.first("latest_decision", **name)
            if version is None
            else session.first("decision_version", **name, version=version)
        )
        if row is None:
            raise _unknown(decision_id, version)
        return row


def count_use(unit: Unit, checksum: str, model: DecisionModel, trace: tuple[DecisionTrace, ...], now: datetime) -> None:
    """Add one evaluation of each decision in *trace*, and of the rules that matched, to the counters of the day."""
    day = (now.astimezone(UTC).date() - _EPOCH).days
    for made in trace:
        of_decision: dict[str, str | int] = {
            "tenant_id": unit.tenant_id,
            "decision_id": made.decision_id,
            "checksum": checksum,
            "day": day,
        }
        rules = model.own_rules(made)
        unit.session.run("count_decision_use", **of_decision, unmatched=int(rules == ()))
        for number in rules or ():
            unit.session.run("count_rule_hit", **of_decision, rule_number=number)


def _day(number: int | None) -> date | None:
    return None if number is None else _EPOCH + timedelta(days=number)


def _unknown(decision_id: str, version: int | None) -> UnknownDecisionError:
    if version is None:
        return UnknownDecisionError(
            f"No decision {decision_id} is deployed.",
            Place(element_id=decision_id),
            "Deploy a DMN file that holds it.",
            {"decision_id": decision_id},
        )
    return UnknownDecisionError(
        f"The decision {decision_id} has no version {version}.",
        Place(element_id=decision_id),
        "Name one of its versions, or none for the newest.",
        {"decision_id": decision_id, "version": str(version)},
    )
