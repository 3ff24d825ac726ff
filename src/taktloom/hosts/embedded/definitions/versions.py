# SPDX-License-Identifier: Apache-2.0
"""Versions of a process: who uses them, finding one by its tag, and deleting those that nobody uses."""

import json

from taktloom.hosts.embedded.advancing.operator_actions import Order, record_action, require_reason
from taktloom.hosts.embedded.core.catalogue import UnknownProcessError
from taktloom.hosts.embedded.core.changes import Topic
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.model.errors import ConflictError
from taktloom.model.identifiers import ProcessId, TenantId
from taktloom.model.interventions import VersionUse
from taktloom.model.places import Place

__all__ = ["VersionInUseError", "Versions"]


class VersionInUseError(ConflictError):
    """Instances refer to the version, or it is the newest one."""

    code = "TL-2589"


def _migrated_from(unit: Unit, process_id: ProcessId, version: int) -> int:
    """How many migrations away from the version the journals of instances that are still here tell of."""
    rows = unit.session.all("kept_migrations", tenant_id=unit.tenant_id, process_id=process_id)
    return sum(json.loads(row.text("details")).get("source") == version for row in rows)


class Versions:
    """Versions of one tenant's processes."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def uses(self, process_id: ProcessId) -> tuple[VersionUse, ...]:
        """All versions, newest first; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            self._core.catalogue.startable(session, self._tenant_id, process_id, None)
            rows = session.all("version_uses", tenant_id=self._tenant_id, process_id=process_id)
        return tuple(
            VersionUse(
                version=row.integer("version"),
                version_tag=row.text_or_none("version_tag"),
                is_suspended=row.value("suspended_at") is not None,
                active=row.integer("active"),
                ended=row.integer("ended"),
            )
            for row in rows
        )

    def of_tag(self, process_id: ProcessId, version_tag: str) -> int:
        """The newest version with the tag; raises UnknownProcessError."""
        with self._core.database.reading() as session:
            row = session.first(
                "definition_of_tag", tenant_id=self._tenant_id, process_id=process_id, version_tag=version_tag
            )
        if row is None:
            raise UnknownProcessError(
                f"No version of process {process_id} has the tag '{version_tag}'.",
                Place(element_id=process_id),
                "Look at the versions of the process for their tags.",
                {"name": process_id, "tag": version_tag},
            )
        return row.integer("version")

    def delete(self, process_id: ProcessId, version: int, order: Order) -> None:
        """Delete an old version that no instance refers to, ended ones included.

        Raises UnknownProcessError, VersionInUseError, ReasonMissingError.
        """
        require_reason(order, self._core.limits.text_characters)

        def work(unit: Unit) -> None:
            definition = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, version)
            newest = unit.core.catalogue.startable(unit.session, unit.tenant_id, process_id, None)
            name = {"tenant_id": unit.tenant_id, "definition_key": definition.definition_key}
            uses = unit.session.count("count_instances_of_definition", **name)
            uses += _migrated_from(unit, process_id, version)
            if uses or newest.version == version:
                what = f"{uses} instances refer to it" if uses else "it is the newest one"
                raise VersionInUseError(
                    f"Version {version} of process {process_id} cannot be deleted: {what}.",
                    Place(element_id=process_id),
                    "Migrate its instances and delete its history first.",
                    {"process_id": process_id, "version": str(version), "instances": str(uses)},
                )
            for statement in ("forget_calendars_of_definition", "forget_forms_of_definition", "delete_definition"):
                unit.session.run(statement, **name)
            unit.core.catalogue.forget(unit.tenant_id, definition.definition_key)
            record_action(unit, "delete-version", order, process_id=process_id, version=version)
            unit.note(Topic.PROCESSES, "version-deleted")

        self._core.submit(self._tenant_id, work)
