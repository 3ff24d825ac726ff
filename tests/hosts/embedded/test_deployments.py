# SPDX-License-Identifier: Apache-2.0
"""Files are deployed together or not at all; what did not change keeps its version."""

from datetime import date
from decimal import Decimal

import pytest

from taktloom.formats.bpmn.builder import process
from taktloom.formats.bpmn.source import MOST_FLOW_ELEMENTS, require_few
from taktloom.hosts.embedded import EmbeddedEngine
from taktloom.hosts.embedded.core.catalogue import UnknownDecisionError, UnknownProcessError
from taktloom.hosts.embedded.definitions.deployments import DeploymentRefusedError
from taktloom.model.errors import LimitExceededError
from taktloom.model.findings import Severity
from taktloom.model.identifiers import DefinitionKey, InstanceKey, ProcessId
from taktloom.model.operations import InstanceQuery
from tests.hosts.embedded.conftest import MODELS, MONDAY

PERMIT = ProcessId("permit")
CONTENT = (MODELS / "register_and_decide.bpmn").read_bytes()
CHANGED = CONTENT.replace(b'name="Permit"', b'name="Building permit"')
TASK_WITHOUT_TYPE = CONTENT.replace(b"register-case", b"")


def test_an_unchanged_file_keeps_its_version_and_a_changed_one_gets_the_next(engine: EmbeddedEngine) -> None:
    first = engine.deployments.deploy({"p.bpmn": CONTENT}, by="ada")
    same = engine.deployments.deploy({"p.bpmn": CONTENT}, by="bea")
    next_one = engine.deployments.deploy({"p.bpmn": CHANGED}, by="bea")

    assert [one.processes[0].version for one in (first, same, next_one)] == [1, 1, 2]
    assert same.processes[0].deployed_by == "ada"
    assert (next_one.processes[0].name, next_one.processes[0].deployed_at) == ("Building permit", MONDAY)
    assert [version.version for version in engine.deployments.versions(PERMIT)] == [2, 1]


def test_running_instances_stay_with_their_version(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"p.bpmn": CONTENT})
    old = engine.instances.start(PERMIT, {})
    engine.deployments.deploy({"p.bpmn": CHANGED})

    new = engine.instances.start(PERMIT, {})
    chosen = engine.instances.start(PERMIT, {}, version=1)

    assert [(row.version, row.process_name) for row in (old, new, chosen)] == [
        (1, "Permit"),
        (2, "Building permit"),
        (1, "Permit"),
    ]
    summary = engine.deployments.process(PERMIT)
    assert (summary.versions, summary.active, summary.ended) == (2, 3, 0)


def test_one_bad_file_refuses_all_and_every_finding_is_told(engine: EmbeddedEngine) -> None:
    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"good.bpmn": CONTENT, "bad.bpmn": TASK_WITHOUT_TYPE, "letter.docx": b"x"})

    assert {finding.place.source for finding in refused.value.findings} == {"bad.bpmn", "letter.docx"}
    assert "register" in {finding.place.element_id for finding in refused.value.findings}
    assert engine.deployments.processes().items == ()


def test_the_deployed_bytes_come_back_as_they_were(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"p.bpmn": CONTENT})
    engine.deployments.deploy({"p.bpmn": CHANGED})

    assert engine.deployments.xml(DefinitionKey("permit:1")) == CONTENT
    assert engine.deployments.xml(DefinitionKey("permit:2")) == CHANGED


def test_an_unknown_process_or_version_is_named(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"p.bpmn": CONTENT})

    with pytest.raises(UnknownProcessError):
        engine.instances.start(ProcessId("other"), {})
    with pytest.raises(UnknownProcessError) as refused:
        engine.instances.start(PERMIT, {}, version=7)

    assert refused.value.parameters == {"name": "permit:7"}


def test_a_baseline_log_stays_with_the_process_over_versions(engine: EmbeddedEngine) -> None:
    engine.deployments.deploy({"p.bpmn": CONTENT})

    engine.deployments.set_baseline(PERMIT, "log-1")
    engine.deployments.deploy({"p.bpmn": CHANGED})

    assert engine.deployments.process(PERMIT).latest.baseline_log_id == "log-1"


def test_a_file_of_too_many_elements_is_refused_before_anything_of_it_is_checked(engine: EmbeddedEngine) -> None:
    tasks = b"<task/>" * MOST_FLOW_ELEMENTS + b"<nobodyKnowsThis/>"

    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"p.bpmn": CONTENT.replace(b"</process>", tasks + b"</process>")})

    (finding,) = refused.value.findings
    assert (finding.rule, finding.parameters["limit"]) == ("too-many-elements", str(MOST_FLOW_ELEMENTS))


def test_what_was_deployed_under_a_larger_limit_still_runs(
    engine: EmbeddedEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine.deployments.deploy({"p.bpmn": CONTENT})
    monkeypatch.setattr("taktloom.formats.bpmn.reader.require_few", lambda root, name, most: require_few(root, name, 1))

    assert engine.instances.start(PERMIT, {}).version == 1
    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"p.bpmn": CONTENT.replace(b'name="Permit"', b'name="Larger permit"')})
    assert [finding.rule for finding in refused.value.findings] == ["too-many-elements"]


def test_a_deployment_that_is_too_large_is_refused(engine: EmbeddedEngine) -> None:
    with pytest.raises(LimitExceededError) as refused:
        engine.deployments.deploy({f"{number}.bpmn": b"" for number in range(51)})

    assert refused.value.parameters["limit_name"] == "deployment_files"


@pytest.mark.parametrize("content", [b"", b"<", b"[]", b"{}", b"\xff\xfe", b"not json"])
def test_any_bytes_are_deployed_or_refused_with_a_finding(engine: EmbeddedEngine, content: bytes) -> None:
    for name in ("a.bpmn", "a.form"):
        with pytest.raises(DeploymentRefusedError) as refused:
            engine.deployments.deploy({name: content})

        assert refused.value.findings[0].place.source == name


def test_a_process_may_only_ask_for_a_decision_that_is_there(engine: EmbeddedEngine) -> None:
    process, table = (MODELS / "decide_by_table.bpmn").read_bytes(), (MODELS / "rate_of_fee.dmn").read_bytes()

    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"fee.bpmn": process})
    together = engine.deployments.deploy({"fee.bpmn": process, "rate.dmn": table})

    assert "rate" in {finding.place.element_id for finding in refused.value.findings}
    assert [decision.decision_id for decision in together.decisions] == ["rate_of_fee"]
    assert engine.decisions.file("rate_of_fee").content == table


def test_a_decision_answers_and_its_answer_is_in_the_journal(engine: EmbeddedEngine) -> None:
    files = {name: (MODELS / name).read_bytes() for name in ("decide_by_table.bpmn", "rate_of_fee.dmn")}
    engine.deployments.deploy(files)

    key = engine.instances.start(ProcessId("fee"), {"amount": Decimal(10)}).instance_key

    assert {view.name: view.value for view in engine.instances.detail(key).variables}["rate"] == "low"
    assert [entry.kind for entry in engine.instances.journal(key).items] == ["InstanceStarted", "DecisionEvaluated"]
    assert engine.instances.check_replay(key) == 2


def test_a_decision_without_one_answer_becomes_an_incident(engine: EmbeddedEngine) -> None:
    files = {name: (MODELS / name).read_bytes() for name in ("decide_by_table.bpmn", "rate_of_fee.dmn")}
    engine.deployments.deploy(files)

    engine.instances.start(ProcessId("fee"), {"amount": Decimal(75)})

    (incident,) = engine.incidents.search().items
    assert (incident.element_id, incident.kind) == ("rate", "decision")
    assert "75" not in incident.message


def test_what_processes_ask_a_decision_is_counted_by_version_and_rule_without_values(engine: EmbeddedEngine) -> None:
    table = (MODELS / "rate_of_fee.dmn").read_bytes()
    engine.deployments.deploy({"fee.bpmn": (MODELS / "decide_by_table.bpmn").read_bytes(), "rate.dmn": table})
    for amount in (10, 20, 200, 75):  # 75 matches both rules of a table that allows one: an incident, but counted
        engine.instances.start(ProcessId("fee"), {"amount": Decimal(amount)})
    engine.deployments.deploy({"rate.dmn": table.replace(b"&gt;= 50", b"&gt;= 100")})
    engine.instances.start(ProcessId("fee"), {"amount": Decimal(75)})
    engine.instances.start(ProcessId("fee"), {})

    first, newest = (engine.decisions.hits("rate_of_fee", version=version) for version in (1, None))

    assert (first.evaluations, first.unmatched, dict(first.rules)) == (4, 0, {1: 3, 2: 2})
    assert (newest.version, newest.evaluations, newest.unmatched, dict(newest.rules)) == (2, 2, 1, {1: 1})
    assert (first.first_day, first.last_day) == (MONDAY.date(), MONDAY.date())
    assert engine.decisions.hits("rate_of_fee", version=1, since=date(2100, 1, 1)).evaluations == 0


def test_versions_of_a_decision_are_listed_and_one_that_is_not_there_is_refused(engine: EmbeddedEngine) -> None:
    table = (MODELS / "rate_of_fee.dmn").read_bytes()
    engine.deployments.deploy({"rate.dmn": table})
    engine.deployments.deploy({"rate.dmn": table.replace(b"Rate of fee", b"Rate of the fee")})

    assert [(one.version, one.name) for one in engine.decisions.versions("rate_of_fee")] == [
        (2, "Rate of the fee"),
        (1, "Rate of fee"),
    ]
    assert engine.decisions.file("rate_of_fee", version=1).content == table
    for missing in ({"decision_id": "nobody"}, {"decision_id": "rate_of_fee", "version": 3}):
        with pytest.raises(UnknownDecisionError):
            engine.decisions.file(**missing)


@pytest.mark.parametrize(("said", "is_remarked"), [(b"", True), (b' isExecutable="true"', False)])
def test_a_process_that_does_not_say_whether_it_is_executable_runs_and_a_remark_tells_so(
    engine: EmbeddedEngine, said: bytes, is_remarked: bool
) -> None:
    content = CONTENT.replace(b' isExecutable="true"', said)

    deployment = engine.deployments.deploy({"p.bpmn": content})

    rules = {finding.rule: finding.severity for finding in deployment.processes[0].findings}
    assert rules.get("executable-not-said") == (Severity.INFORMATION if is_remarked else None)
    assert engine.instances.start(PERMIT, {}).status == "active"


def test_a_process_that_is_not_executable_is_passed_over_and_alone_refused(engine: EmbeddedEngine) -> None:
    described = CONTENT.replace(b'isExecutable="true"', b'isExecutable="false"')

    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"p.bpmn": described})

    assert [finding.rule for finding in refused.value.findings] == ["no-executable-process"]
    assert engine.deployments.processes().items == ()


def test_an_id_in_two_files_of_different_content_is_refused_and_the_same_file_twice_is_one(
    engine: EmbeddedEngine,
) -> None:
    other = CONTENT.replace(b"</process>", b"<documentation/></process>")
    assert other != CONTENT

    with pytest.raises(DeploymentRefusedError) as refused:
        engine.deployments.deploy({"p.bpmn": CONTENT, "q.bpmn": other})
    engine.deployments.deploy({"p.bpmn": CONTENT, "copy.bpmn": CONTENT})

    assert [(one.rule, one.place.source, one.message) for one in refused.value.findings] == [
        ("id-in-two-files", "q.bpmn", "'permit' is in p.bpmn, too.")
    ]
    assert [one.version for one in engine.deployments.versions(PERMIT)] == [1]


def test_instances_are_listed_by_the_tag_of_their_version(engine: EmbeddedEngine) -> None:
    started: list[InstanceKey] = []
    for process_id, tag in (("one", "spring"), ("one", "autumn"), ("two", "spring"), ("two", None)):
        named = process(process_id) if tag is None else process(process_id, version_tag=tag)
        model = named.start().user_task("Look").end().xml()
        engine.deployments.deploy({f"{process_id}.bpmn": model})
        started.append(engine.instances.start(ProcessId(process_id), {}).instance_key)

    def found(query: InstanceQuery) -> tuple[list[InstanceKey], int | None]:
        page = engine.instances.search(query)
        return [row.instance_key for row in page.items], page.total

    assert found(InstanceQuery(version_tag="spring")) == ([started[2], started[0]], 2)
    assert found(InstanceQuery(version_tag="spring", process_id=ProcessId("one"))) == ([started[0]], 1)
    assert found(InstanceQuery(version_tag="Spring")) == ([], 0)
