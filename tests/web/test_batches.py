# SPDX-License-Identifier: Apache-2.0
"""Batches, incidents by cause, moments, restarts, versions and retention by requests."""

from tests.hosts.embedded.test_migration import version
from tests.web.client import Client
from tests.web.test_operations import REASON, deploy, start


def fail_jobs(admin: Client) -> None:
    engine = admin.rooms.engine
    for number, job in enumerate(engine.jobs.lock(["pick"], worker="w", max_jobs=100)):
        engine.jobs.fail(job.job_id, job.fence, f"Order {number} is not known", retries=0)


def test_incidents_of_one_cause_are_retried_as_a_batch_with_progress(admin: Client) -> None:
    deploy(admin, "pick")
    for _ in range(3):
        start(admin)
    fail_jobs(admin)
    (group,) = admin.get("/incident-groups")["items"]
    order = {"kind": "retry", "selection": {"signature": group["signature"]}}

    preview = admin.post("/batches/preview", order)
    admin.post("/batches", order, 422)
    batch = admin.post("/batches", {**order, "reason": REASON}, 201)
    admin.rooms.engine.batches.run_due()

    assert (group["incidents"], group["live"], group["share"], preview["targets"]) == (3, 3, 1.0, 3)
    done = admin.get(f"/batches/{batch['batch_id']}")
    assert (done["state"], done["done"], done["failed"]) == ("done", 3, 0)
    assert admin.get("/incident-groups")["total"] == 0
    assert len(admin.get(f"/batches/{batch['batch_id']}/items?state=done&limit=2")["items"]) == 2
    over = admin.post(f"/batches/{batch['batch_id']}/turn", {"action": "pause"}, 409)
    assert over["code"] == "TL-2586"
    assert admin.call("GET", "/batches/404").json()["code"] == "TL-2585"


def test_a_batch_migrates_what_a_filter_gives(admin: Client) -> None:
    deploy(admin, "pick")
    deploy(admin, "pick", "Check")
    keys = [start(admin, version=1) for _ in range(2)]
    migration = {"process_id": "orders", "source_version": 1, "target_version": 2}
    query = {"process_id": "orders", "version": 1, "status": "active"}
    order = {"kind": "migrate", "selection": {"query": query}, "migration": migration, "reason": REASON}

    batch = admin.post("/batches", order, 201)
    admin.rooms.engine.batches.run_due()

    assert admin.get(f"/batches/{batch['batch_id']}")["done"] == 2
    assert [admin.get(f"/instances/{key}")["summary"]["version"] for key in keys] == [2, 2]
    versions = admin.get("/processes/orders/versions")
    assert [(one["version"], one["active"]) for one in versions] == [(2, 2), (1, 0)]
    in_use = admin.call("DELETE", f"/processes/orders/versions/1?reason={REASON}")
    assert (in_use.status_code, in_use.json()["code"]) == (409, "TL-2589")


def test_a_moment_is_shown_and_an_instance_started_again_from_an_element(admin: Client) -> None:
    deploy(admin, "pick", "pack")
    key = start(admin, variables={"n": 1})

    moment = admin.get(f"/instances/{key}/moments/1")
    again = admin.post(f"/instances/{key}/restart", {"element_id": "pack", "reason": REASON}, 201)
    none = admin.call("GET", f"/instances/{key}/moments/9").json()

    assert (moment["kind"], moment["entered"], moment["variables"]) == ("InstanceStarted", ["pick"], [[None, "n", 1]])
    assert [one["element_id"] for one in admin.get(f"/instances/{again['instance_key']}")["jobs"]] == ["pack"]
    assert (none["code"], none["status"]) == ("TL-2588", 404)
    assert admin.get("/stuck-instances")["items"] == []


def test_an_instance_is_started_again_with_its_last_variables_alone_or_as_a_batch(admin: Client) -> None:
    deploy(admin, "pick", "pack")
    key = start(admin, variables={"n": 1})
    admin.call("PUT", f"/instances/{key}/variables", json={"variables": {"n": 2, "box": "A"}})
    taken = {"has_last_variables": True}

    again = admin.post(f"/instances/{key}/restart", {**taken, "variables": {"box": "B"}, "reason": REASON}, 201)
    order = {"kind": "restart", "selection": {"keys": [key]}, "restart": taken, "variables": {"n": 3}}
    admin.post("/batches", {**order, "reason": REASON}, 201)
    admin.rooms.engine.batches.run_due()

    third = admin.get("/instances?limit=1")["items"][0]["instance_key"]
    values = [
        {one["name"]: one["value"] for one in admin.get(f"/instances/{each}")["variables"]}
        for each in (again["instance_key"], third)
    ]
    assert values == [{"n": 2, "box": "B"}, {"n": 3, "box": "A"}]


def test_ended_instances_go_when_their_time_is_over_unless_on_hold(admin: Client) -> None:
    deploy(admin, "pick")
    kept, gone = start(admin), start(admin)
    for key in (kept, gone):
        admin.post(f"/instances/{key}/cancel", {"reason": REASON}, 204)
    policy = {"days": 0, "history_level": "activity", "reason": REASON}
    assert admin.call("PUT", "/processes/orders/retention", json=policy).status_code == 204
    hold = {"is_kept": True, "reason": REASON}
    assert admin.call("PUT", f"/instances/{kept}/hold", json=hold).status_code == 204

    assert admin.get(f"/instances/{kept}")["summary"]["is_on_hold"] is True
    (shown,) = admin.get("/retention")["items"]
    purge = admin.post("/retention/runs", {})

    assert (shown["days"], shown["due"], shown["on_hold"], shown["history_level"]) == (0, 1, 1, "activity")
    assert purge == {"instances": 1, "is_complete": True}
    assert admin.call("GET", f"/instances/{gone}").status_code == 404
    assert admin.get(f"/instances/{kept}")["summary"]["status"] == "cancelled"


def test_an_instance_starts_by_the_tag_of_a_version(admin: Client) -> None:
    deploy(admin, "pick")

    refused = admin.post("/processes/orders/instances", {"version_tag": "autumn"}, 404)

    assert (refused["code"], refused["parameters"]["tag"]) == ("TL-2592", "autumn")
    tag = b'<extensionElements><z:versionTag value="autumn"/></extensionElements><startEvent'
    files = {"files": ("orders.bpmn", version("pick").replace(b"<startEvent", tag, 1), "application/xml")}
    assert admin.call("POST", "/deployments", files=files).status_code == 201
    deploy(admin, "pick", "pack")
    started = admin.post("/processes/orders/instances", {"version_tag": "autumn"}, 201)
    start(admin)
    listed = admin.get("/instances?version_tag=autumn")["items"]
    selection = {"query": {"version_tag": "autumn"}}
    preview = admin.post("/batches/preview", {"kind": "cancel", "selection": selection})
    assert started["version"] == 2
    assert [one["instance_key"] for one in listed] == [started["instance_key"]]
    assert preview["targets"] == 1
