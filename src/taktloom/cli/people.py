# SPDX-License-Identifier: Apache-2.0
"""`taktloom user …` and `taktloom key …`."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from taktloom.app import people, service_accounts
from taktloom.app.calls import calls
from taktloom.app.context import Context
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, print_table, say

user_commands = typer.Typer()
key_commands = typer.Typer()

UsernameArgument = Annotated[str, typer.Argument(help="User name.")]
PortOption = Annotated[int | None, typer.Option(help="Port of the server, for the link.", show_default="8765")]


@user_commands.command("list")
@calls(people.list_users)
def list_users(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the users."""
    with opened(data) as context:
        page = people.list_users(context)
        if as_json:
            print_json(page)
            return
        rows = [
            (
                user.username,
                user.roles,
                user.groups,
                _state(is_disabled=user.is_disabled, has_password=user.has_password),
                user.last_sign_in_at,
            )
            for user in page.items
        ]
        print_table(
            ("name", "roles", "groups", "state", "last sign-in"), rows, empty="No users: taktloom user add NAME"
        )


@user_commands.command("add")
@calls(people.add_user)
def add_user(
    username: UsernameArgument,
    role: Annotated[list[str] | None, typer.Option(help="admin, engineer, owner or case-worker; repeatable.")] = None,
    group: Annotated[list[str] | None, typer.Option(help="Group that user tasks are offered to; repeatable.")] = None,
    display_name: Annotated[str, typer.Option(help="Name shown.")] = "",
    ask_password: Annotated[bool, typer.Option("--ask-password", help="Ask for a password now.")] = False,
    port: PortOption = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a user; without a password a one-time sign-in link is printed.

    Example: taktloom user add mei --role case-worker --group counter
    """
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True) if ask_password else None
    profile = people.Profile(
        display_name=display_name, roles=tuple(role or ("case-worker",)), groups=tuple(group or ())
    )
    with opened(data) as context:
        added = people.add_user(context, username=username, profile=profile, password=password)
        link = _link(context, added.one_time_token, port) if added.one_time_token else None
        if as_json:
            print_json({"user": added.user, "one_time_link": link})
            return
        say(f"Added {added.user.username} ({', '.join(added.user.roles)}).")
        if link:
            say(f"Sign in once within 15 minutes: {link}")


@user_commands.command("disable")
@calls(people.find_user, people.change_user)
def disable_user(username: UsernameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Disable a user; all of their sessions end at once."""
    _change(username, people.UserChange(is_disabled=True), "Disabled", data, as_json)


@user_commands.command("enable")
@calls(people.find_user, people.change_user)
def enable_user(username: UsernameArgument, data: DataOption = None, as_json: JsonOption = False) -> None:
    """Enable a user again."""
    _change(username, people.UserChange(is_disabled=False), "Enabled", data, as_json)


def _change(username: str, change: people.UserChange, verb: str, data: DataOption, as_json: bool) -> None:
    with opened(data) as context:
        user = people.find_user(context, username=username)
        changed = people.change_user(context, user_id=user.user_id, change=change)
        print_json(changed) if as_json else say(f"{verb} {username}.")


@user_commands.command("reset")
@calls(people.find_user, people.reset_user)
def reset_user(
    username: UsernameArgument, port: PortOption = None, data: DataOption = None, as_json: JsonOption = False
) -> None:
    """Take a user's password away, end all sessions, and print a one-time sign-in link."""
    with opened(data) as context:
        user = people.find_user(context, username=username)
        ticket = people.reset_user(context, user_id=user.user_id)
        link = _link(context, ticket.token, port)
        if as_json:
            print_json({"one_time_link": link, "expires_at": ticket.expires_at})
        else:
            say(f"Sign in once until {ticket.expires_at:%H:%M} UTC: {link}")


@key_commands.command("list")
@calls(service_accounts.list_accounts)
def list_keys(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List service accounts."""
    with opened(data) as context:
        page = service_accounts.list_accounts(context)
        if as_json:
            print_json(page)
            return
        rows = [
            (one.account_id, one.name, one.key_prefix, one.job_types, one.routes, one.expires_at, one.revoked_at)
            for one in page.items
        ]
        columns = ("id", "name", "key", "job types", "scopes", "expires", "revoked")
        print_table(columns, rows, empty="No service accounts: taktloom key add NAME --job-type TYPE")


@key_commands.command("add")
@calls(service_accounts.add_account)
def add_key(
    name: Annotated[str, typer.Argument(help="Name of the service account.")],
    job_type: Annotated[list[str] | None, typer.Option(help="Job type it may work on, * for all; repeatable.")] = None,
    route: Annotated[list[str] | None, typer.Option(help="Scope it may call; repeatable.", show_default="jobs")] = None,
    expires: Annotated[datetime | None, typer.Option(help="UTC time after which the key is void.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a service account and print its key, once.

    Example: taktloom key add registry-worker --job-type register-permit
    """
    with opened(data) as context:
        added = service_accounts.add_account(
            context,
            name=name,
            job_types=tuple(job_type or ()),
            routes=tuple(route or ("jobs",)),
            expires_at=None if expires is None else expires.replace(tzinfo=UTC),
        )
        if as_json:
            print_json(added)
            return
        say(added.key)


@key_commands.command("revoke")
@calls(service_accounts.revoke_account)
def revoke_key(
    account_id: Annotated[str, typer.Argument(help="Id from `taktloom key list`.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Revoke a key at once."""
    with opened(data) as context:
        service_accounts.revoke_account(context, account_id=account_id)
        print_json({"revoked": account_id}) if as_json else say("Revoked.")


def _link(context: Context, token: str, port: int | None) -> str:
    settings = context.rooms.settings
    return people.one_time_link(f"http://{settings.host}:{port or settings.port}", token)


def _state(*, is_disabled: bool, has_password: bool) -> str:
    if is_disabled:
        return "disabled"
    return "active" if has_password else "no password yet"
