# SPDX-License-Identifier: Apache-2.0
"""Who operates the engine in a simulation: deploys, migrates, makes batches; and who is told of it all by webhooks.

Each order bears a mark as its reason, by which the journals tell what came of it. The receiver of webhooks keeps what
it was told by the message's id, as the protocol wants it; some messages do not arrive, of some nobody learns that they
did.
"""

from decimal import Decimal
from random import Random

from taktloom.app.assurance.clients import Wire
from taktloom.app.assurance.machine import Node
from taktloom.app.assurance.models import Family
from taktloom.app.assurance.records import Known, Wrong, require
from taktloom.hosts.embedded.advancing.operator_actions import Order
from taktloom.hosts.embedded.operations.batches import BatchParameters
from taktloom.model.identifiers import ProcessId
from taktloom.model.interventions import Batch, BatchKind, MigrationRequest, Selection
from taktloom.model.operations import Deployment
from taktloom.model.webhooks import OutboxMessage

_ARRIVES, _IS_KNOWN_TO_HAVE_ARRIVED = 0.15, 0.3  # below the first it is lost, below the second its answer is


class Operators:
    """All operators and the receiver of one run, acting one at a time; chance decides what they do."""

    def __init__(self, wire: Wire, chance: Random, known: Known, family: Family) -> None:
        self.is_calm = False
        self.does_deploy = chance.random() < 0.3  # reading files takes as long as all the rest of a run
        self._wire, self._chance, self._known, self._family = wire, chance, known, family
        self._count = 0

    def deploy(self) -> None:
        """Newer versions and a new process, several files at once; the same files again change nothing."""
        if not self.does_deploy or (self._known.has_deployed and self._chance.random() < 0.9):
            return

        def note(_: Node, answer: object) -> None:
            self._known.has_deployed = self._known.has_deployed or isinstance(answer, Deployment)

        self._wire.send(lambda node: node.engine.deployments.deploy(self._family.newer, by="olga"), note)

    def migrate(self) -> None:
        """One instance, to the newer version."""
        renewed = self._family.startable[0]
        keys = [key for key, process_id in self._known.processes.items() if process_id == renewed]
        if not keys or not self._known.has_deployed:
            return
        key, mark = self._chance.choice(keys), self._mark("migration")

        def carry_over(node: Node) -> object:
            node.engine.migrations.migrate(key, _to_the_newer(renewed), Order(actor="olga", reason=mark))
            return None

        def note(_: Node, answer: object) -> None:
            if answer is None:
                self._known.migrated[mark] = key

        self._wire.ask(carry_over, note)

    def make_batch(self) -> None:
        """Over some instances: a variable that nobody else sets, or a migration, which some of them refuse."""
        keys = list(self._known.processes)
        if not keys:
            return
        targets = tuple(self._chance.sample(keys, min(len(keys), 3)))
        kinds = (BatchKind.SET_VARIABLES, BatchKind.MIGRATE if self._known.has_deployed else BatchKind.SET_VARIABLES)
        kind = self._chance.choice(kinds)
        mark = self._mark(kind.value)
        migration = _to_the_newer(self._family.startable[0]) if kind is BatchKind.MIGRATE else None
        variables = {} if migration else {mark: Decimal(1)}
        parameters = BatchParameters(variables=variables, migration=migration)

        def note(_: Node, answer: object) -> None:
            if isinstance(answer, Batch):
                self._known.batches[answer.batch_id] = answer.total

        order = Order(actor="olga", reason=mark)
        self._wire.ask(lambda node: node.engine.batches.create(kind, Selection(keys=targets), parameters, order), note)

    def run_batches(self) -> None:
        """An engine goes through the batches that are under way."""
        self._wire.ask(lambda node: node.engine.batches.run_due(), _nothing)

    def tell(self) -> None:
        """A sender takes what is due to webhooks and sends it."""
        leased = self._wire.ask(_lease, _nothing)
        for outbox_id, payload, attempt in leased if isinstance(leased, tuple) else ():
            luck = 1.0 if self.is_calm else self._chance.random()
            if luck > _ARRIVES:
                self._receive(outbox_id, payload)
            if luck > _IS_KNOWN_TO_HAVE_ARRIVED:
                self._wire.ask(lambda node, name=outbox_id: node.engine.webhooks.delivered(name), _nothing)  # type: ignore[misc]
                continue
            message = OutboxMessage(outbox_id=outbox_id, url="", secret=b"", payload=payload, attempt=attempt)
            self._wire.ask(lambda node, one=message: node.engine.webhooks.failed(one, "no answer"), _nothing)  # type: ignore[misc]

    def act_in_calm(self) -> None:
        """What is under way goes on; what comes late, comes now and then."""
        if self._chance.random() < 0.2:
            self.deploy()
            self.migrate()
            self.make_batch()
        self.run_batches()
        self.tell()

    def _receive(self, outbox_id: str, payload: str) -> None:
        earlier = self._known.received.setdefault(outbox_id, payload)
        require(earlier == payload, Wrong.DIFFERS, f"webhook message {outbox_id}: {earlier}, then {payload}")

    def _mark(self, what: str) -> str:
        self._count += 1
        return f"{what}-{self._count}"


def _to_the_newer(process_id: ProcessId) -> MigrationRequest:
    return MigrationRequest(process_id=process_id, source_version=1, target_version=2)


def _lease(node: Node) -> tuple[tuple[str, str, int], ...]:
    """Without the secret, which is no part of what equal seeds do equally."""
    return tuple((one.outbox_id, one.payload, one.attempt) for one in node.engine.webhooks.lease())


def _nothing(node: Node, answer: object) -> None:
    """Nothing to remember."""
    del node, answer
