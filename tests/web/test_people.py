# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from taktloom.app import people
from taktloom.app.context import LOCAL_OPERATOR, Context
from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.storage import SyncLevel
from tests.web.client import Client, expect

PASSWORD = "a few words in a row"


def test_the_first_way_in_is_a_one_time_link_and_then_a_password(rooms: Rooms, client: Client) -> None:
    ticket = people.issue_sign_in_ticket(Context(principal=LOCAL_OPERATOR, rooms=rooms))
    assert ticket is not None

    session = client.post("/session/one-time", {"token": ticket.token})
    assert session["user"]["roles"] == ["admin"]
    assert not session["user"]["has_password"]
    client.csrf_token = session["csrf_token"]
    expect(client.call("PUT", "/me/password", json={"new_password": PASSWORD}), 204)

    assert people.issue_sign_in_ticket(Context(principal=LOCAL_OPERATOR, rooms=rooms)) is None
    again = client.post("/session", {"username": "admin", "password": PASSWORD})
    assert again["user"]["has_password"]


def test_two_servers_on_one_host_keep_their_sessions_apart(tmp_path: Path) -> None:
    """Cookies do not tell ports apart, so their names do."""
    rooms = [Rooms(Settings(data=tmp_path / name, sync=SyncLevel.NORMAL)) for name in ("first", "second")]
    with Client(rooms[0], origin="http://testserver:8001") as first:
        first.sign_in("owner")
        with Client(rooms[1], origin="http://testserver:8002", jar=first.jar) as second:
            second.sign_in("admin")
            first.jar.update(second.jar)

            names = [client.get("/session")["user"]["username"] for client in (first, second)]
            expect(second.call("DELETE", "/session"), 204)
            first.jar.update(second.jar)

            assert names == ["owner", "admin"]
            assert first.get("/session")["user"]["username"] == "owner"
    for one in rooms:
        one.close()


def test_the_session_cookie_is_out_of_scripts_reach(client: Client) -> None:
    client.sign_in("owner")
    ticket_answer = client.call("POST", "/session", json={"username": "owner", "password": "wrong password"})
    assert ticket_answer.status_code == 401
    user = client.rooms.identity.find_user("owner")
    assert user is not None
    token = client.rooms.identity.issue_one_time_ticket(user).token

    cookie = client.call("POST", "/session/one-time", json={"token": token}).headers["set-cookie"]

    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie  # plain http on the own machine


def test_signing_out_ends_the_session(client: Client) -> None:
    client.sign_in("owner")
    expect(client.call("DELETE", "/session"), 204)

    client.csrf_token = ""
    assert client.call("GET", "/session").status_code == 401


def test_signing_in_again_ends_the_session_that_the_browser_had(rooms: Rooms, client: Client) -> None:
    client.sign_in("owner")
    (name,) = client.jar
    first = client.jar[name]

    client.sign_in("owner")

    assert client.jar[name] != first
    assert rooms.identity.find_session(first) is None
    assert rooms.identity.find_session(client.jar[name]) is not None


def test_signing_out_everywhere_ends_other_browsers_too(rooms: Rooms, client: Client) -> None:
    with Client(rooms) as other:
        other.sign_in("owner")
        client.sign_in("owner")

        expect(client.call("DELETE", "/sessions"), 204)

        other.csrf_token = ""
        expect(other.call("GET", "/session"), 401)


def test_a_wrong_old_password_changes_nothing(admin: Client) -> None:
    expect(admin.call("PUT", "/me/password", json={"new_password": PASSWORD}), 204)

    body = {"old_password": "not the old one", "new_password": "another few words"}
    expect(admin.call("PUT", "/me/password", json=body), 422)

    user = admin.rooms.identity.find_user("admin")
    assert user is not None
    assert admin.rooms.identity.is_password_right(user, PASSWORD)


def test_one_keeps_language_and_theme(admin: Client) -> None:
    expect(admin.call("PATCH", "/me", json={"language": "zh-CN", "theme": "dark"}), 200)

    user = admin.get("/session")["user"]
    assert (user["language"], user["theme"]) == ("zh-CN", "dark")


def test_an_administrator_adds_changes_and_resets_people(admin: Client) -> None:
    added = admin.post("/users", {"username": "mei", "roles": ["case-worker"], "groups": ["counter"]}, 201)
    assert "/sign-in#token=" in added["one_time_link"]
    user_id = added["user"]["user_id"]

    changed = expect(admin.call("PATCH", f"/users/{user_id}", json={"roles": ["owner"]}), 200).json()
    reset = admin.post(f"/users/{user_id}/reset", {})

    assert (changed["roles"], changed["groups"]) == (["owner"], ["counter"])
    assert reset["one_time_link"] != added["one_time_link"]
    actions = [entry["action"] for entry in admin.get("/audit")["items"]]
    assert actions[:3] == ["reset-user", "change-user", "add-user"]


def test_a_key_is_shown_once_and_opens_its_scope_only(rooms: Rooms, admin: Client) -> None:
    body = {"name": "worker", "job_types": ["register"], "routes": ["jobs"]}
    added = admin.post("/service-accounts", body, 201)
    key = {"Authorization": f"Bearer {added['key']}"}

    assert added["key"] not in admin.call("GET", "/service-accounts").text
    with Client(rooms) as worker:
        wanted = {"job_types": ["register"], "worker": "w"}
        assert expect(worker.call("POST", "/jobs/activations", json=wanted, headers=key), 200).json() == {"jobs": []}
        other = {"job_types": ["pay"], "worker": "w"}
        expect(worker.call("POST", "/jobs/activations", json=other, headers=key), 403)
        expect(worker.call("GET", "/instances", headers=key), 403)
        expect(admin.call("DELETE", f"/service-accounts/{added['account']['account_id']}"), 204)
        expect(worker.call("POST", "/jobs/activations", json=wanted, headers=key), 401)


def test_guessing_passwords_is_answered_with_429(client: Client) -> None:
    body = {"username": "admin", "password": "a wrong password"}
    statuses = [client.call("POST", "/session", json=body).status_code for _ in range(11)]

    assert statuses == [401] * 10 + [429]
