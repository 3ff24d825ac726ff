# SPDX-License-Identifier: Apache-2.0
"""The whole walk on the real receipt.csv in a real Chromium, read back through REST; then the pages that it filled."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Page, Playwright, expect, sync_playwright

from tests.e2e import receipt_pages as pages
from tests.e2e.browser import CHROMIUM, DESK, PHONE, Complaints, assert_marks_visible, chromium, open_page, overflow_of
from tests.e2e.languages import english_texts, words_of_the_data
from tests.e2e.server import REPOSITORY, Person, ServerProcess
from tests.e2e.workers import JOB_TYPES, worker_process

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]

KEYS = [f"R-{number:02}" for number in range(1, 21)]
WITHOUT_DEPARTMENT = "R-07"
DEPARTMENTS = {
    key: None if key == WITHOUT_DEPARTMENT else ("Experts" if number % 4 == 0 else "General")
    for number, key in enumerate(KEYS)
}
CHOICES = (
    "Choose: T07-1 Draft intern advice aspect 1",
    "Choose: T03 Adjust confirmation of receipt",
    "Choose: T06 Determine necessity of stop advice",
    "Choose: T15 Print document X request unlicensed",
)


@dataclass
class Town:
    """The server with its people; what the walk saw."""

    server: ServerProcess
    context: BrowserContext
    page: Page
    complaints: Complaints
    clerk: Person
    seen: dict[str, str] = field(default_factory=dict)


@pytest.fixture(scope="module")
def driver() -> Iterator[Playwright]:
    """Playwright, for the time of this module."""
    if not Path(CHROMIUM).exists():
        pytest.skip(f"no Chromium at {CHROMIUM}: name one in TAKTLOOM_TEST_CHROMIUM")
    if not (REPOSITORY / "src" / "taktloom" / "_ui" / "index.html").exists():
        pytest.skip("the user interface is not built: ./taktloom setup")
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="module")
def town(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    """A fresh server; the administrator is signed in by the one-time link, a clerk speaks REST."""
    folder = tmp_path_factory.mktemp("walk")
    with ServerProcess(folder / "data") as server, chromium(driver, folder / "profile") as context:
        complaints = Complaints(context, server.address)
        page = context.new_page()
        page.goto(server.sign_in_link)
        page.get_by_role("heading", name="Home", level=1).wait_for()
        clerk = Person(server.address, one_time_link(context, server.address, "clerk"))
        yield Town(server=server, context=context, page=page, complaints=complaints, clerk=clerk)
        clerk.close()


def one_time_link(context: BrowserContext, address: str, name: str) -> str:
    """The link for a new administrator, made by the one who is signed in in this browser."""
    session = context.request.get(f"{address}/api/v1/session").json()
    body = {"username": name, "display_name": name, "roles": ["admin"], "groups": []}
    headers = {"X-CSRF-Token": session["csrf_token"], "Origin": address}
    answer = context.request.post(f"{address}/api/v1/users", data=body, headers=headers)
    assert answer.status == 201, answer.text()
    return str(answer.json()["one_time_link"])


@pytest.fixture(scope="module")
def walked(town: Town, test_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    """The town after the walk."""
    page, seen = town.page, town.seen
    pages.import_log(page, test_data / "logs" / "receipt.csv")
    seen.update(pages.review(page))
    seen["draft"] = pages.draft_automation(page)
    pages.rename_and_deploy(page)
    pages.start_cases(page, DEPARTMENTS)
    account = {"name": "receipt-workers", "job_types": sorted(JOB_TYPES), "routes": ["jobs"]}
    key = town.clerk.post("/service-accounts", account)["key"]
    with worker_process(town.server.address, key, tmp_path_factory.mktemp("workers") / "key"):
        for case, names in ((KEYS[0], CHOICES), (WITHOUT_DEPARTMENT, CHOICES[:3])):
            pages.show_tasks_of(page, case)
            for name in names:
                pages.do_task(page, case, name)
        seen["batch"] = pages.retry_group(page)
        pages.resolve_incident(page, variable="department", value="General")
        do_the_rest(town.clerk)
        seen["dashboard"] = pages.dashboard(page)
    return town


def do_the_rest(clerk: Person) -> None:
    """Do what lies in the inbox by REST, as its forms propose, until every case has ended."""
    while clerk.get("/instances", status="completed", limit=1)["total"] < len(KEYS):
        for task in clerk.get("/tasks", view="all", limit=100)["items"]:
            form = clerk.get(f"/tasks/{task['user_task_id']}")["form_schema"] or {"components": []}
            proposed = {one["key"]: one["defaultValue"] for one in form["components"] if "defaultValue" in one}
            clerk.post(f"/tasks/{task['user_task_id']}/complete", {"variables": proposed})


def test_the_review_shows_the_logs_figures(walked: Town) -> None:
    assert "1,434 cases" in walked.seen["Quality"]
    assert "8,577 events" in walked.seen["Quality"]
    assert "4,288 of 7,143 events" in walked.seen["stamps"]


def test_the_log_is_imported_with_the_figures_of_the_mission(walked: Town) -> None:
    log = walked.clerk.get("/logs/receipt/review")

    assert (log["cases"], log["events"], log["activities"], log["variants"]) == (1434, 8577, 27, 116)


def test_what_was_renamed_in_the_editor_is_what_runs(walked: Town) -> None:
    process = walked.clerk.get("/processes/receipt")

    assert process["summary"]["latest"]["version"] == 1
    events = walked.clerk.get(f"/instances/{_key_of(walked, KEYS[0])}/events")
    assert pages.NEW_NAME in {event["activity"] for event in events}
    assert "T02 Check confirmation of receipt" not in {event["activity"] for event in events}


def test_all_twenty_cases_ended_and_each_visit_is_in_the_event_log_once(walked: Town) -> None:
    instances = walked.clerk.all("/instances")

    assert sorted(one["business_key"] for one in instances) == KEYS
    assert {one["status"] for one in instances} == {"completed"}
    for one in instances:
        events = walked.clerk.get(f"/instances/{one['instance_key']}/events")
        completed = [event["element_id"] for event in events if event["lifecycle"] == "complete"]
        assert {job.removeprefix("task_") for job in completed if job.startswith("task_")} >= JOB_TYPES
        assert len(completed) == len(set(completed))


def test_what_was_entered_in_the_form_is_in_the_case(walked: Town) -> None:
    for key in KEYS[:2]:
        detail = walked.clerk.get(f"/instances/{_key_of(walked, key)}")
        values = {one["name"]: one["value"] for one in detail["variables"]}
        assert values["department"] == DEPARTMENTS[key]
        assert values["responsible"] == f"Resource {key}"
        assert values["needs_stop_advice"] == (DEPARTMENTS[key] == "Experts")


def test_the_incident_was_resolved_with_the_corrected_variable_and_a_reason(walked: Town) -> None:
    detail = walked.clerk.get(f"/instances/{_key_of(walked, WITHOUT_DEPARTMENT)}")
    incidents = walked.clerk.get("/incidents", state="resolved")["items"]
    audit = walked.clerk.get("/audit")["items"]

    assert {one["name"]: one["value"] for one in detail["variables"]}["department"] == "General"
    key = detail["summary"]["instance_key"]
    assert [(one["instance_key"], one["kind"]) for one in incidents] == [(key, "job-failed")] * 2
    assert any("the department was not filled in" in entry["reason"] for entry in audit)
    assert walked.clerk.get("/incidents")["items"] == []


def test_the_cause_was_ordered_to_be_tried_again_as_a_batch_that_names_who_and_why(walked: Town) -> None:
    batches = walked.clerk.get("/batches")["items"]

    assert walked.seen["batch"] == "1 of 1 done, 0 refused"
    assert [(one["kind"], one["state"], one["reason"]) for one in batches] == [
        ("retry", "done", "perhaps it was the network")
    ]


def test_an_instance_is_shown_as_it_was_at_a_moment_of_its_journal(walked: Town) -> None:
    page = walked.context.new_page()
    instance = _key_of(walked, WITHOUT_DEPARTMENT)
    page.goto(f"{walked.server.address}/instances/{instance}")
    page.get_by_role("button", name="Look back in time").click()
    happened = page.get_by_role("region", name="What happened")
    expect(happened).to_contain_text("Instance started")
    page.get_by_role("button", name="The moment after").click()
    page.wait_for_url("**at=2")

    moment = walked.clerk.get(f"/instances/{instance}/moments/2")
    expect(page.get_by_role("group", name="Time travel")).to_contain_text(f"2 of {moment['last_sequence']}")
    page.close()


def test_the_dashboard_tells_what_rest_tells(walked: Town) -> None:
    watch = walked.clerk.get("/watch/receipt")

    assert (watch["open"], watch["finished"], watch["incidents"]) == (0, len(KEYS), 0)
    assert watch["cycle"]["n"] == len(KEYS)
    assert "Finished\n20" in walked.seen["dashboard"]
    assert watch["baseline"]["log_id"] == "receipt"


def test_a_filter_made_from_the_menu_and_by_a_click_is_what_the_address_and_rest_say(walked: Town) -> None:
    page = walked.context.new_page()
    page.goto(f"{walked.server.address}/mining/logs/receipt?tab=variants")
    page.get_by_role("button", name="Only variant 1", exact=True).click()
    pages.add_condition(page, "Number of events", {"At least": "6"})
    page.wait_for_url(lambda address: "length" in address)
    status = page.get_by_role("group", name="Filter of the log").get_by_role("status")
    expect(status).to_contain_text("of 1,434 cases")

    steps = json.loads(parse_qs(urlsplit(page.url).query)["filter"][0])
    reach = walked.clerk.get("/logs/receipt/filter", filter=json.dumps({"steps": steps}))
    assert [step["where"]["type"] for step in steps] == ["variant", "length"]
    assert reach[-1]["cases"] == reach[0]["cases"] == walked.clerk.get("/logs/receipt/variants", limit=1)[0]["cases"]
    expect(status).to_have_text(re.compile(f"^{reach[-1]['cases']} of 1,434 cases"))

    page.get_by_role("button", name="Remove filter: 1 chosen variant").click()
    expect(status).to_contain_text(f"{walked.clerk.get('/logs/receipt/filter', **_longer(6))[-1]['cases']:,} of")
    page.close()


def test_an_analysis_is_run_from_its_form_and_its_address_shows_it_again(walked: Town) -> None:
    page = walked.context.new_page()
    page.goto(f"{walked.server.address}/mining/logs/receipt?tab=analyses&analysis=dotted")
    page.get_by_label("Lines or dots drawn at most").fill("300")
    page.get_by_role("button", name="Run", exact=True).click()
    drawing = page.get_by_role("img", name="Drawing: Dotted chart")
    expect(drawing).to_be_visible()

    assert page.get_by_text("taktloom mine dotted receipt --marks 300").is_visible()
    page.reload()
    expect(drawing).to_be_visible()
    page.wait_for_function("one => one.naturalWidth > 100", arg=drawing.element_handle())
    page.close()


def _longer(events: int) -> dict[str, str]:
    return {"filter": json.dumps({"steps": [{"keep": "cases", "where": {"type": "length", "at_least": events}}]})}


def test_the_pages_raised_no_script_error_and_asked_nobody_else(walked: Town) -> None:
    assert walked.complaints.errors == []
    assert walked.complaints.strangers == []


def test_the_bpmn_io_mark_is_visible_and_uncovered_in_every_diagram_and_form(walked: Town) -> None:
    page = walked.context.new_page()
    instance = _key_of(walked, KEYS[0])
    draft = walked.clerk.get("/drafts")["items"][0]["draft_id"]
    diagrams = [
        "/mining/logs/receipt?tab=model",
        "/processes/receipt?tab=diagram",
        "/processes/receipt?start=true",
        f"/processes/drafts/{draft}",
        f"/instances/{instance}",
    ]
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for place in diagrams:
            page.goto(walked.server.address + place)
            assert_marks_visible(page)


@pytest.fixture(scope="module")
def chinese(walked: Town, driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    """A second person, whose browser speaks Chinese."""
    link = one_time_link(walked.context, walked.server.address, "mei")
    with chromium(driver, tmp_path_factory.mktemp("zh"), locale="zh-CN") as context:
        page = context.new_page()
        page.goto(link)
        page.get_by_role("heading", name="首页", level=1).wait_for()
        yield page


@dataclass
class Visits:
    """What was found on each page: texts in English, and by how many pixels it is wider than a phone."""

    english: dict[str, list[str]] = field(default_factory=dict)
    too_wide: dict[str, int] = field(default_factory=dict)


@pytest.fixture(scope="module")
def visits(walked: Town, chinese: Page, test_data: Path) -> Visits:
    """Every page opened once in Chinese, at a desk and then as narrow as a phone."""
    data = words_of_the_data(walked.clerk, test_data / "logs" / "receipt.csv")
    found = Visits()
    for place in places(walked):
        chinese.set_viewport_size(DESK)
        open_page(chinese, walked.server.address + place)
        if texts := english_texts(chinese, data):
            found.english[place] = texts
        chinese.set_viewport_size(PHONE)
        if pixels := overflow_of(chinese):
            found.too_wide[place] = pixels
    return found


def test_a_browser_that_speaks_chinese_gets_chinese_pages_without_a_word_of_english(
    visits: Visits, chinese: Page
) -> None:
    assert visits.english == {}, "\n".join(f"{place}: {texts}" for place, texts in visits.english.items())
    assert chinese.evaluate("document.documentElement.lang") == "zh-CN"


def test_no_page_is_wider_than_a_phone(walked: Town, visits: Visits) -> None:
    page = walked.context.new_page()
    page.set_viewport_size(PHONE)
    main_pages = ["/", "/tasks?view=all", "/processes", "/processes/receipt", "/instances", "/incidents", "/mining"]

    for place in main_pages:
        open_page(page, walked.server.address + place)
        assert overflow_of(page) == 0, place

    assert visits.too_wide == {}


def places(town: Town) -> list[str]:
    """The address of every page, filled by the walk."""
    instance = _key_of(town, KEYS[0])
    draft = town.clerk.get("/drafts")["items"][0]["draft_id"]
    tabs = [f"/mining/logs/receipt?tab={tab.lower()}" for tab in pages.TABS]
    process = [f"/processes/receipt?tab={tab}" for tab in ("watch", "diagram", "versions")]
    instance_tabs = [f"/instances/{instance}?tab={tab}" for tab in ("timeline", "variables", "waits", "events")]
    return [
        "/", "/tasks", "/tasks?view=all", "/processes", *process, "/processes/receipt?start=true",
        f"/processes/drafts/{draft}?element=task_t02_check_confirmation_of_receipt", "/instances", *instance_tabs,
        "/incidents", "/incidents?state=resolved", "/incidents?view=list", "/batches", f"/instances/{instance}?at=2",
        "/mining", "/mining/import", "/mining/logs/receipt/columns", *tabs,
        "/mining/logs/receipt?tab=analyses", "/mining/logs/receipt?tab=analyses&analysis=times&parameters=%7B%7D",
        "/admin/users", "/admin/service-accounts", "/admin/audit", "/account",
    ]  # fmt: skip


def _key_of(town: Town, business_key: str) -> str:
    found = town.clerk.get("/instances", search=business_key)["items"]
    return str(next(one["instance_key"] for one in found if one["business_key"] == business_key))
