# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from taktloom.web.openapi import FILE, openapi_text
from tests.web.client import Client, expect

ROOT = Path(__file__).parents[2]


def test_the_kept_document_is_the_present_one() -> None:
    assert (ROOT / FILE).read_text(encoding="utf-8") == openapi_text(), "run: python -m taktloom.web.openapi"


def test_every_operation_names_its_permission_and_use_case(admin: Client) -> None:
    for path, methods in admin.get("/openapi.json")["paths"].items():
        for method, operation in methods.items():
            assert operation["x-permission"], f"{method} {path}"
            assert operation["x-use-case"], f"{method} {path}"


def test_operation_ids_are_unique(admin: Client) -> None:
    paths = admin.get("/openapi.json")["paths"].values()
    ids = [operation["operationId"] for methods in paths for operation in methods.values()]

    assert len(ids) == len(set(ids))


def test_the_documentation_page_loads_nothing_from_elsewhere(admin: Client) -> None:
    page = expect(admin.call("GET", "/docs"), 200).text

    assert "POST /api/v1/logs/{log_id}/draft" in page
    assert "http" not in page.replace("http-equiv", "")
    assert "<script" not in page


def test_every_operation_names_what_it_refuses_with_and_who_may_ask(admin: Client) -> None:
    document = admin.get("/openapi.json")
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            told = f"{method} {path}"
            assert list(operation["responses"]["default"]["content"]) == ["application/problem+json"], told
            is_public = "public" in operation["x-permission"]
            assert (operation["security"] == []) == is_public, told
            for scheme in {name for one in operation["security"] for name in one}:
                assert scheme in document["components"]["securitySchemes"], told


def test_only_changes_by_a_session_need_its_token(admin: Client) -> None:
    paths = admin.get("/openapi.json")["paths"]

    assert paths["/api/v1/instances"]["get"]["security"] == [{"key": []}, {"session": []}]
    assert paths["/api/v1/messages"]["post"]["security"] == [{"key": []}, {"session": [], "csrf": []}]
    assert paths["/api/v1/health"]["get"]["security"] == []


def test_chance_begins_where_every_library_takes_it(admin: Client) -> None:
    seeds = [
        one["schema"]
        for methods in admin.get("/openapi.json")["paths"].values()
        for operation in methods.values()
        for one in operation.get("parameters", ())
        if one["name"] == "seed"
    ]

    assert len(seeds) >= 8
    assert {one["maximum"] for one in seeds} == {4_294_967_295}
    answer = admin.call("GET", "/logs/none/analyses/predict?seed=4294967296")
    assert (answer.status_code, answer.json()["findings"][0]["place"]["element_id"]) == (422, "query.seed")


def test_every_post_whose_answer_may_be_kept_names_the_idempotency_key(admin: Client) -> None:
    paths = admin.get("/openapi.json")["paths"]
    named = {
        path
        for path, methods in paths.items()
        for operation in methods.values()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == "Idempotency-Key"
    }
    posts = {path for path, methods in paths.items() if "post" in methods}
    not_kept = ("session", "sessions", "users", "service-accounts", "me", "logs/uploads", "jobs/activations")

    assert named == {path for path in posts if not f"{path}/".startswith(tuple(f"/api/v1/{one}/" for one in not_kept))}
    assert "/api/v1/deployments" in named
