# SPDX-License-Identifier: Apache-2.0
"""Operators at work in a real Chromium: instances are migrated, suspended, started again; tokens are moved."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.accessibility import axe_source, violations
from tests.e2e.browser import DESK, PHONE, assert_marks_visible, open_page, overflow_of
from tests.e2e.desk import Desk, open_desk, second_person
from tests.e2e.drawn_orders import drawn_orders
from tests.e2e.server import Person

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

MAIN_PAGES = (
    "/", "/tasks?view=all", "/processes", "/processes/orders?tab=watch", "/processes/orders?tab=versions",
    "/processes/orders?start=true", "/processes/orders/migration?from=1&to=2&dry=true", "/instances", "/incidents",
    "/batches", "/decisions", "/mining", "/mining/import", "/admin/users", "/admin/operations",
    "/admin/operations?view=retention", "/admin/audit", "/account",
)  # fmt: skip


PAIR = (
    '<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:t">'
    '<process id="pair" name="Pair" isExecutable="true"><startEvent id="start"/>'
    '<userTask id="Receive" name="Receive"/><parallelGateway id="fork"/><userTask id="Weigh" name="Weigh"/>'
    '<userTask id="Price" name="Price"/><parallelGateway id="join" name="Both done"/><endEvent id="end"/>'
    + "".join(
        f'<sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>'
        for name, source, target in (
            ("start_receive", "start", "Receive"),
            ("receive_fork", "Receive", "fork"),
            ("fork_weigh", "fork", "Weigh"),
            ("fork_price", "fork", "Price"),
            ("weigh_join", "Weigh", "join"),
            ("price_join", "Price", "join"),
            ("join_end", "join", "end"),
        )
    )
    + "</process></definitions>"
).encode()


@dataclass
class Shop:
    """ready: stand at the first step; weighed: one that stands where the new version has nothing."""

    desk: Desk
    clerk: Person
    ready: list[str]
    weighed: str


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """Two versions of a process, and three instances of the first."""
    folder = tmp_path_factory.mktemp("operations")
    with open_desk(folder) as desk:
        clerk = second_person(desk)
        ready, weighed = seed(clerk, folder)
        yield Shop(desk=desk, clerk=clerk, ready=ready, weighed=weighed)
        clerk.close()


def seed(clerk: Person, folder: Path) -> tuple[list[str], str]:
    """The instances at the first step, and the one at the second."""
    deploy(clerk, folder, drawn_orders("Receive", "Weigh", "Check", "pack"))
    weighed = start(clerk, "K-3", variables={"grams": 90})
    do_first_task(clerk)
    ready = [start(clerk, "K-1"), start(clerk, "K-2")]
    deploy(clerk, folder, drawn_orders("Receive", "Approve", "pack", "label"))
    return ready, weighed


def deploy(clerk: Person, folder: Path, content: bytes) -> None:
    """One more version."""
    file = folder / "orders.bpmn"
    file.write_bytes(content)
    clerk.post_files("/deployments", [file])


def start(clerk: Person, business_key: str, **more: object) -> str:
    """Of the newest version unless another one is named."""
    return str(clerk.post("/processes/orders/instances", {"business_key": business_key, **more})["instance_key"])


def do_first_task(clerk: Person) -> None:
    """Complete the only task there is."""
    (task,) = clerk.get("/tasks", view="all")["items"]
    clerk.post(f"/tasks/{task['user_task_id']}/complete", {"variables": {}})


def begin_to_move(shop: Shop, instance_key: str, element: str) -> None:
    """On the instance's page, up to where the target of the element's tokens is chosen."""
    page = shop.desk.page
    page.goto(f"{shop.desk.server.address}/instances/{instance_key}")
    page.get_by_role("button", name="More").click()
    page.get_by_role("menuitem", name="Move tokens").click()
    page.get_by_role("combobox", name="Element").click()
    page.get_by_role("option", name=f"{element} · active").click()
    page.get_by_role("button", name="Move its tokens to …").click()


def test_instances_are_migrated_after_a_look_at_the_differences_and_a_dry_run(shop: Shop) -> None:
    page, address = shop.desk.page, shop.desk.server.address
    page.goto(f"{address}/processes/orders?tab=versions")
    page.get_by_role("link", name="Migrate instances of version 1").click()
    source = page.get_by_role("region", name="version 1", exact=True)
    expect(source).to_contain_text("2 gone")
    expect(page.get_by_role("region", name="version 2", exact=True)).to_contain_text("2 new")

    page.get_by_role("combobox", name="Check becomes").click()
    page.get_by_role("option", name="Approve").click()
    expect(source).to_contain_text("1 gone")
    page.get_by_role("button", name="Check the instances").click()
    page.get_by_text("Waits 1").click()
    verdicts = page.get_by_role("table", name="Dry run")
    expect(verdicts).to_contain_text("Weigh It is gone in the target.")
    assert "verdict=waits" in page.url
    assert "K-1" not in verdicts.inner_text()
    assert_marks_visible(page, at_least=2)

    page.get_by_label("Reason").fill("the scales are broken")
    page.get_by_role("button", name="Migrate 2 instances to version 2").click()
    expect(page.get_by_role("status").filter(has_text="2 of 3 done, 1 refused")).to_be_visible()

    versions = {one["business_key"]: one["version"] for one in shop.clerk.get("/instances")["items"]}
    (batch,) = shop.clerk.get("/batches")["items"]
    assert versions == {"K-1": 2, "K-2": 2, "K-3": 1}
    assert (batch["kind"], batch["reason"]) == ("migrate", "the scales are broken")


def test_a_choice_that_cannot_be_is_refused_with_its_reason_and_the_others_stay(shop: Shop) -> None:
    page, address = shop.desk.page, shop.desk.server.address
    open_page(page, f'{address}/processes/orders/migration?from=1&to=2&mapping={{"Check":"pack"}}')

    expect(page.get_by_role("alert")).to_contain_text("'Check' cannot become 'pack'")
    page.set_viewport_size(PHONE)
    assert overflow_of(page) == 0


def test_tokens_are_moved_after_a_preview_with_a_reason(shop: Shop) -> None:
    page = shop.desk.page
    page.set_viewport_size(DESK)
    begin_to_move(shop, shop.weighed, "Weigh")
    page.locator('[data-element-id="pack"]').click()

    expect(page.get_by_role("list", name="What will be done")).to_contain_text("Move every token from Weigh to Pack")
    expect(page.get_by_role("region", name="Ends", exact=True)).to_contain_text("User task Weigh")
    expect(page.get_by_role("region", name="Begins", exact=True)).to_contain_text("Job Pack")
    assert "modify=" in page.url
    assert shop.clerk.get("/tasks", view="all", search="K-3")["total"] == 1
    page.get_by_role("button", name="Set variables first").click()
    page.get_by_role("textbox", name="Value: grams").fill("250")
    expect(page.get_by_role("list", name="What will be done")).to_contain_text("Set grams to 250")
    page.get_by_label("Reason").fill("weighed by hand")
    page.get_by_role("button", name="Make these 2 changes").click()
    expect(page.get_by_text("The tokens were moved")).to_be_visible()

    actions = shop.clerk.get("/operator-actions", instance_key=shop.weighed)["items"]
    assert {(one["action"], one["reason"]) for one in actions} == {
        ("set-variables", "weighed by hand"),
        ("modify-instance", "weighed by hand"),
    }
    detail = shop.clerk.get(f"/instances/{shop.weighed}")
    assert [one["job_type"] for one in detail["jobs"]] == ["pack"]
    assert [one["value"] for one in detail["variables"]] == [250]


def test_a_move_that_leaves_a_token_waiting_for_ever_at_a_join_is_told_and_has_to_be_allowed(shop: Shop) -> None:
    page = shop.desk.page
    (shop.desk.folder / "pair.bpmn").write_bytes(PAIR)
    shop.clerk.post_files("/deployments", [shop.desk.folder / "pair.bpmn"])
    key = str(shop.clerk.post("/processes/pair/instances", {"business_key": "P-1"})["instance_key"])
    page.set_viewport_size(DESK)
    begin_to_move(shop, key, "Receive")
    page.locator('[data-element-id="Weigh"]').click()

    told = page.get_by_role("alert", name="It would then wait for ever")
    expect(told).to_contain_text("no token can come over 'price_join'")
    page.get_by_label("Reason").fill("weighed at once")
    expect(page.get_by_role("button", name="Make this change")).to_be_disabled()
    page.get_by_role("checkbox", name="Do it all the same").check()
    page.get_by_role("button", name="Make this change").click()
    expect(page.get_by_text("The tokens were moved")).to_be_visible()

    visits = shop.clerk.get(f"/instances/{key}")["visits"]
    assert [one["element_id"] for one in visits if one["state"] == "active"] == ["Weigh"]


def test_chosen_instances_are_suspended_as_a_batch_and_one_resumed_on_its_page(shop: Shop) -> None:
    page, address = shop.desk.page, shop.desk.server.address
    page.goto(f"{address}/instances")
    for key in ("K-1", "K-2"):
        page.get_by_role("checkbox", name=f"Check: {key}").check()
    page.get_by_role("toolbar").get_by_role("button", name="Suspend").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("2 instances K-2, K-1")
    dialog.get_by_label("Reason").fill("a check by the auditors")
    dialog.get_by_role("button", name="Suspend").click()
    expect(page.get_by_role("status").filter(has_text="2 of 2 done")).to_be_visible()

    open_page(page, f"{address}/instances?status=suspended")
    table = page.get_by_role("table", name="Instances")
    expect(table.get_by_text("Suspended")).to_have_count(2)
    table.get_by_role("link", name="K-1").click()
    page.get_by_role("button", name="Resume").click()
    page.get_by_role("dialog").get_by_label("Reason").fill("they have gone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="Suspend")).to_be_visible()
    held = shop.clerk.get("/instances", is_suspended=True)["items"]
    assert [one["business_key"] for one in held] == ["K-2"]


def test_an_ended_instance_starts_again_before_an_element_with_edited_variables(shop: Shop) -> None:
    page, address = shop.desk.page, shop.desk.server.address
    before = start(shop.clerk, "K-4", version=1, variables={"grams": 90})
    shop.clerk.put(f"/instances/{before}/variables", {"variables": {"grams": 250}})
    shop.clerk.post(f"/instances/{before}/cancel", {"reason": "packed twice"})
    page.goto(f"{address}/instances/{before}")
    page.get_by_role("button", name="Start again").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("textbox", name="Value: grams")).to_have_value("90")
    dialog.get_by_text("as at its end").click()
    expect(dialog.get_by_role("textbox", name="Value: grams")).to_have_value("250")
    dialog.get_by_role("textbox", name="Value: grams").fill("300")
    dialog.get_by_text("before an element").click()
    dialog.get_by_role("combobox", name="Element").click()
    page.get_by_role("option", name="Check").click()
    told = dialog.get_by_role("status", name="What will happen")
    expect(told).to_contain_text("A new instance of Orders, version 1, begins before Check.")
    expect(told).to_contain_text("Changed: grams.")
    dialog.get_by_label("Reason").fill("lost on the way")
    dialog.get_by_role("button", name="Start again").click()
    expect(page.get_by_text("A new instance was started")).to_be_visible()

    again = shop.clerk.get("/instances", status="active", search="K-4")["items"][0]["instance_key"]
    page.wait_for_url(f"{address}/instances/{again}")
    detail = shop.clerk.get(f"/instances/{again}")
    assert [one["element_id"] for one in detail["user_tasks"]] == ["Check"]
    assert [one["value"] for one in detail["variables"]] == [300]


@pytest.mark.parametrize("language", ["en", "zh-CN"])
def test_axe_finds_no_barrier_on_the_main_pages(shop: Shop, language: str) -> None:
    page, address, axe = shop.desk.page, shop.desk.server.address, axe_source()
    page.set_viewport_size(DESK if language == "en" else PHONE)
    page.evaluate("language => localStorage.setItem('taktloom.language', language)", language)
    found: dict[str, list[str]] = {}
    for place in (*MAIN_PAGES, f"/instances/{shop.weighed}", f"/instances/{shop.weighed}?restart=true"):
        open_page(page, address + place)
        if broken := violations(page, axe):
            found[place] = broken
        assert overflow_of(page) == 0, place

    assert found == {}
