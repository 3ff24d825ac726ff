# SPDX-License-Identifier: Apache-2.0
import httpx
import pytest

from taktloom.app.wiring import Rooms
from taktloom.model.errors import (
    ConflictError,
    DefinitionError,
    IncidentError,
    InputRefusedError,
    LimitExceededError,
    MisuseError,
    NondeterminismError,
    NotAuthenticatedError,
    NotFoundError,
    PermissionDeniedError,
    TaktloomError,
)
from taktloom.model.findings import Finding, Severity
from taktloom.model.places import Place
from taktloom.web.problems import problem_of, status_of
from tests.web.client import Client
from tests.web.live import listening, new_key


@pytest.mark.parametrize(
    ("family", "status"),
    [
        (DefinitionError, 422),
        (MisuseError, 400),
        (NotFoundError, 404),
        (ConflictError, 409),
        (InputRefusedError, 422),
        (PermissionDeniedError, 403),
        (NotAuthenticatedError, 401),
        (LimitExceededError, 413),
        (IncidentError, 503),
        (NondeterminismError, 500),
    ],
)
def test_every_family_has_its_status(family: type[TaktloomError], status: int) -> None:
    assert status_of(family("It is so.")) == status


def test_a_problem_carries_cause_place_remedy_and_findings() -> None:
    finding = Finding(severity=Severity.ERROR, rule="no-end", message="No end.", place=Place(element_id="p"))
    error = DefinitionError("Two problems.", Place(source="a.bpmn", line=3), "Mend them.", {"n": "2"}, (finding,))

    problem = problem_of(error)

    assert (problem.type, problem.code, problem.status) == ("urn:taktloom:error:TL-1000", "TL-1000", 422)
    assert (problem.detail, problem.remedy, problem.parameters) == ("Two problems.", "Mend them.", {"n": "2"})
    assert (problem.place.source, problem.place.line) == ("a.bpmn", 3)
    assert [(one.rule, one.place.element_id) for one in problem.findings] == [("no-end", "p")]


class PanicError(BaseException):
    """As the compiled parts of libraries raise: none of Python's exceptions."""


@pytest.mark.parametrize("kind", [ZeroDivisionError, PanicError])
def test_a_defect_of_ours_shows_an_id_and_nothing_else(
    rooms: Rooms,
    admin: Client,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    kind: type[BaseException],
) -> None:
    def break_down(**_: object) -> None:
        raise kind("secret value 17")

    monkeypatch.setattr(rooms.identity, "list_audit", break_down)

    answer = admin.call("GET", "/audit")

    assert answer.status_code == 500
    assert answer.headers["content-type"] == "application/problem+json"
    assert "secret" not in answer.text
    assert answer.json()["error_id"] in caplog.text
    assert "secret value 17" in caplog.text


def test_after_a_defect_of_ours_the_connection_goes_on_and_the_stack_is_logged_once(
    rooms: Rooms, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def break_down(**_: object) -> None:
        raise ZeroDivisionError("told once")

    headers = {"Authorization": f"Bearer {new_key(rooms)}"}
    with listening(rooms) as address, httpx.Client(base_url=address, headers=headers) as program:
        for _ in range(3):
            with monkeypatch.context() as broken:
                broken.setattr(rooms.engine.incidents, "search", break_down)
                failed = program.get("/api/v1/incidents")
            assert failed.status_code == 500
            assert failed.headers["Cache-Control"] == "no-store"
            assert failed.headers["X-Content-Type-Options"] == "nosniff"
            assert program.get("/api/v1/instances").status_code == 200

    assert caplog.text.count("ZeroDivisionError: told once") == 3


def test_a_body_that_does_not_fit_names_its_fields(admin: Client) -> None:
    answer = admin.call("POST", "/users", json={"nam": "mei"})

    assert answer.status_code == 422
    assert {finding["place"]["element_id"] for finding in answer.json()["findings"]} == {"body.username", "body.nam"}


def test_passwords_that_do_not_fit_are_not_sent_back(client: Client) -> None:
    answer = client.call("POST", "/session", json={"username": "", "password": "my secret words"})

    assert answer.status_code == 422
    assert "my secret words" not in answer.text


def test_an_unknown_address_below_the_prefix_is_a_problem(admin: Client) -> None:
    answer = admin.call("GET", "/nothing-here")

    assert (answer.status_code, answer.json()["code"]) == (404, "TL-2904")
    assert admin.call("PUT", "/health").status_code in {404, 405}


def test_a_draft_body_that_does_not_fit_is_refused(admin: Client) -> None:
    assert admin.call("POST", "/deployments", json={"draft": 1}).status_code == 422


@pytest.mark.parametrize(
    "body", [b"\xff", b'{"variables": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"], ids=["no text", "deep"]
)
def test_a_body_that_cannot_be_read_is_told_as_such(admin: Client, body: bytes) -> None:
    answer = admin.call("POST", "/messages", content=body, headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (400, "TL-2922")
    assert answer.json()["detail"] == "The body of the request cannot be read."
    assert answer.json()["remedy"] == "Send JSON in UTF-8 that is not nested deeply."


def test_an_empty_message_id_is_refused_for_it_would_name_every_message(admin: Client) -> None:
    answer = admin.call("POST", "/messages", json={"name": "paid", "message_id": ""})

    assert answer.status_code == 422
    assert [finding["place"]["element_id"] for finding in answer.json()["findings"]] == ["body.message_id"]
