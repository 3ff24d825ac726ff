# SPDX-License-Identifier: Apache-2.0
"""Conditional events: conditions are looked at inside an instance whenever its variables change; this is for the rest.

From outside one asks for conditional start events, and for open conditions that depend on more than variables, such as
the time. The variables that are given hold for the question, and come with what it starts or lets go on.
"""

from collections.abc import Mapping

from taktloom.feel.wire import values_from_python
from taktloom.hosts.embedded.advancing.advance import advance, event_time
from taktloom.hosts.embedded.core.limits import require_within
from taktloom.hosts.embedded.core.unit import Core, Unit
from taktloom.hosts.embedded.core.values import dump_values
from taktloom.hosts.embedded.events.event_starts import StartedBy, start_by_conditions
from taktloom.kernel.events import ConditionsEvaluated
from taktloom.model.identifiers import InstanceKey, TenantId


class Conditions:
    """Conditional events of one tenant."""

    def __init__(self, core: Core, tenant_id: TenantId) -> None:
        self._core, self._tenant_id = core, tenant_id

    def evaluate_starts(
        self,
        variables: Mapping[str, object],
        *,
        business_key: str | None = None,
        actor: str | None = None,
        traceparent: str | None = None,
    ) -> tuple[InstanceKey, ...]:
        """Look at conditional start events; the instances that they started. Raises LimitExceededError."""
        values = values_from_python(variables)
        by = StartedBy(actor=actor, business_key=business_key, traceparent=traceparent)
        require_within("business_key", len(business_key or ""), self._core.limits.text_characters)
        require_within("variable_bytes", len(dump_values(values)), self._core.limits.variable_bytes)
        return self._core.submit(self._tenant_id, lambda unit: tuple(start_by_conditions(unit, values, by)))

    def evaluate(self, instance_key: InstanceKey, variables: Mapping[str, object], *, actor: str | None = None) -> None:
        """Look at the open conditions of an instance. Raises UnknownInstanceError, InstanceEndedError."""
        values = values_from_python(variables)

        def work(unit: Unit) -> None:
            instance = unit.instance(instance_key)
            event = ConditionsEvaluated(occurred_at=event_time(unit, instance), actor=actor, variables=values)
            advance(unit, instance, event)

        self._core.submit(self._tenant_id, work)
