# SPDX-License-Identifier: Apache-2.0
"""Operators suspend, modify and migrate by requests; what is refused is a problem with cause, place and remedy."""

from typing import Any

from tests.hosts.embedded.test_migration import version
from tests.hosts.embedded.test_stuck_joins import FORKED
from tests.web.client import Client

REASON = "the customer called"


def deploy(admin: Client, *elements: str) -> None:
    files = {"files": ("orders.bpmn", version(*elements), "application/xml")}
    assert admin.call("POST", "/deployments", files=files).status_code == 201


def start(admin: Client, **body: Any) -> str:
    key: str = admin.post("/processes/orders/instances", body, 201)["instance_key"]
    return key


def test_an_instance_is_suspended_and_resumed(admin: Client) -> None:
    deploy(admin, "pick")
    key = start(admin)

    admin.post(f"/instances/{key}/suspension", {"reason": REASON}, 204)
    assert admin.get(f"/instances/{key}")["summary"]["is_suspended"] is True
    twice = admin.post(f"/instances/{key}/suspension", {"reason": REASON}, 409)
    admin.post(f"/instances/{key}/resumption", {"reason": ""}, 204)

    assert (twice["code"], bool(twice["remedy"])) == ("TL-2330", True)
    assert admin.get(f"/instances/{key}")["summary"]["is_suspended"] is False


def test_no_instance_of_a_suspended_version_starts(admin: Client) -> None:
    deploy(admin, "pick")
    assert admin.post("/processes/orders/suspension", {"reason": REASON}) == {"versions": 1}

    refused = admin.post("/processes/orders/instances", {}, 409)

    assert (refused["code"], refused["place"]["element_id"]) == ("TL-2581", "orders")
    assert admin.get("/processes/orders")["versions"][0]["suspended_at"] is not None
    assert admin.post("/processes/orders/resumption", {"version": 1}) == {"versions": 1}
    start(admin)


def test_a_modification_is_previewed_then_done_with_a_reason(admin: Client) -> None:
    deploy(admin, "pick", "pack")
    key = start(admin)
    moves = {"moves": [{"source": "pick", "target": "pack"}]}

    effects = admin.post(f"/instances/{key}/modification/preview", moves)["effects"]
    admin.post(f"/instances/{key}/modification", moves, 422)
    admin.post(f"/instances/{key}/modification", {**moves, "reason": REASON}, 204)

    assert {(one["change"], one["kind"], one["element_id"]) for one in effects} == {
        ("ends", "job", "pick"),
        ("begins", "job", "pack"),
    }
    (action,) = admin.get(f"/operator-actions?instance_key={key}")["items"]
    assert (action["action"], action["actor"], action["reason"]) == ("modify-instance", "admin", REASON)


def test_a_modification_that_cannot_be_names_the_element(admin: Client) -> None:
    deploy(admin, "pick")
    key = start(admin)
    changes = [{"action": "after", "element_id": "end"}]

    refused = admin.post(f"/instances/{key}/modification", {"changes": changes, "reason": REASON}, 409)
    unknown = admin.post("/instances/404/modification", {"changes": changes, "reason": REASON}, 404)

    assert (refused["code"], refused["place"]["element_id"]) == ("TL-2331", "end")
    assert unknown["code"] == "TL-2594"


def test_running_instances_are_migrated_after_a_plan_and_a_dry_run(admin: Client) -> None:
    deploy(admin, "pick", "pack")
    deploy(admin, "pick", "Check", "pack")
    key = start(admin, version=1)
    request = {"process_id": "orders", "source_version": 1, "target_version": 2}

    plan = admin.post("/migrations/plan", request)
    run = admin.post("/migrations/preview", request)
    one = admin.post(f"/instances/{key}/migration/preview", request)
    admin.post(f"/instances/{key}/migration", {**request, "reason": REASON}, 204)
    again = admin.post(f"/instances/{key}/migration", {**request, "reason": REASON}, 409)

    assert (plan["added"], [match["how"] for match in plan["matches"]]) == (["Check"], ["id"] * 4)
    assert (run["counts"], run["items"][0]["verdict"], one["verdict"]) == ({"migrates": 1}, "migrates", "migrates")
    assert admin.get(f"/instances/{key}")["summary"]["version"] == 2
    assert again["code"] == "TL-2583"


def test_a_mapping_that_cannot_be_names_every_pair(admin: Client) -> None:
    deploy(admin, "pick")
    deploy(admin, "pick", "Check")
    mapping = {"pick": "Check", "gone": "pick"}

    refused = admin.post(
        "/migrations/plan", {"process_id": "orders", "source_version": 1, "target_version": 2, "mapping": mapping}, 422
    )

    assert refused["code"] == "TL-1330"
    assert len(refused["findings"]) == 2


def test_what_would_be_stuck_is_told_before_refused_and_done_when_allowed(admin: Client) -> None:
    deploy(admin, "pick", "pack")
    files = {"files": ("orders.bpmn", FORKED, "application/xml")}
    assert admin.call("POST", "/deployments", files=files).status_code == 201
    key = start(admin, version=1)
    request = {"process_id": "orders", "source_version": 1, "target_version": 2}
    moves = {"moves": [{"source": "check", "target": "pack"}], "reason": REASON}

    run = admin.post("/migrations/preview?verdict=stuck", request)
    refused = admin.post(f"/instances/{key}/migration", {**request, "reason": REASON}, 409)
    admin.post(f"/instances/{key}/migration", {**request, "reason": REASON, "allow_stuck": True}, 204)
    other = start(admin, version=2)
    foreseen = admin.post(f"/instances/{other}/modification/preview", {"moves": moves["moves"]})["stuck"]
    moved = admin.post(f"/instances/{other}/modification", moves, 409)
    admin.post(f"/instances/{other}/modification", {**moves, "allow_stuck": True}, 204)

    why = [["join", "It would wait here for ever: no token can come over 'orders_check_join'."]]
    assert (run["counts"], [one["obstacles"] for one in run["items"]], foreseen) == ({"stuck": 1}, [why], why)
    assert {(one["code"], one["place"]["element_id"]) for one in (refused, moved)} == {("TL-2333", "join")}
    assert admin.get(f"/instances/{key}")["summary"]["version"] == 2
