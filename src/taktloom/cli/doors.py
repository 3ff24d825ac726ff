# SPDX-License-Identifier: Apache-2.0
"""`taktloom serve` and `taktloom demo`.

The web door is found by name, as an ASGI server finds its application: the two doors do not know each other.
"""

import webbrowser
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Annotated, Protocol, cast

import typer

from taktloom.app import people
from taktloom.app.calls import calls
from taktloom.app.context import Context, local_operator
from taktloom.app.demo import walk as demo
from taktloom.app.folder_lock import FolderLock, require_whole
from taktloom.app.logging import log_to_folder
from taktloom.app.settings import Settings, read_settings
from taktloom.app.wiring import Rooms
from taktloom.cli.output import DatabaseOption, DataOption, JsonOption, print_json, remark, say

door_commands = typer.Typer()
WEB_SERVER = "taktloom.web.server"

PortOption = Annotated[int | None, typer.Option(help="Port.", show_default="8765")]
DemoDataOption = Annotated[
    Path | None, typer.Option("--data", envvar="TAKTLOOM_DATA", help="Data folder.", show_default="./taktloom-demo")
]
NoBrowserOption = Annotated[bool, typer.Option("--no-browser", help="Do not open the browser.")]


class WebServer(Protocol):
    """The web door."""

    def require_place(self, settings: Settings) -> None:
        """Raise when it cannot listen there."""

    def serve(self, rooms: Rooms, *, on_ready: Callable[[str], None]) -> None:
        """Serve until told to stop."""


@door_commands.command()
@calls(people.issue_sign_in_ticket)
def serve(
    data: DataOption = None,
    database: DatabaseOption = None,
    host: Annotated[str | None, typer.Option(help="Address to listen on.", show_default="127.0.0.1")] = None,
    port: PortOption = None,
    behind_proxy: Annotated[
        bool, typer.Option("--behind-proxy", help="A proxy ends TLS; believe its headers.")
    ] = False,
    tls_certificate: Annotated[Path | None, typer.Option(help="TLS certificate chain (PEM).")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="TLS key (PEM).")] = None,
    as_json: JsonOption = False,
) -> None:
    """Start the server on the data folder; on a fresh folder a one-time sign-in link is printed.

    Example: taktloom serve --port 9000
    """
    settings = read_settings(
        {
            "data": data,
            "database": database,
            "host": host,
            "port": port,
            "behind_proxy": True if behind_proxy else None,
            "tls_certificate": tls_certificate,
            "tls_key": tls_key,
        }
    )
    _serve(settings, as_json=as_json, before=_nothing, on_address=_nothing_with)


@door_commands.command("demo")
@calls(demo.seed_demo, demo.reset_demo, people.issue_sign_in_ticket)
def run_demo(
    log: Annotated[Path | None, typer.Option(help="Walk your own event log instead of the synthetic one.")] = None,
    timezone: Annotated[str | None, typer.Option(help="Time zone of the log's times, where they have none.")] = None,
    data: DemoDataOption = None,
    port: PortOption = None,
    reset: Annotated[bool, typer.Option("--reset", help="Empty the demo's data folder first.")] = False,
    no_browser: NoBrowserOption = False,
    as_json: JsonOption = False,
) -> None:
    """The guided example: seeds its own data folder, starts the server, prints address and sign-in link.

    Example: taktloom demo --log receipt.csv --timezone Europe/Amsterdam
    """
    settings = read_settings({"data": data or Path("taktloom-demo"), "database": "", "port": port})

    def seed(context: Context) -> None:
        if reset:
            demo.reset_demo(context)
        remark("Preparing the guided example …")
        demo.seed_demo(context, log=log, timezone=timezone)
        demo.start_driver(context.rooms)

    def open_browser(link: str) -> None:
        if not no_browser:
            webbrowser.open(link)

    _serve(settings, as_json=as_json, before=seed, on_address=open_browser)


def _serve(
    settings: Settings, *, as_json: bool, before: Callable[[Context], None], on_address: Callable[[str], None]
) -> None:
    web = cast("WebServer", import_module(WEB_SERVER))
    require_whole(settings.data)
    with FolderLock(settings.data), log_to_folder(settings.data, form=settings.log_format):
        web.require_place(settings)  # before the work of seeding, which would be for nothing
        rooms = Rooms(settings)
        context = Context(principal=local_operator(), rooms=rooms)
        try:
            before(context)
            rooms.start()
            web.serve(rooms, on_ready=lambda address: on_address(_announce(context, address, as_json=as_json)))
        finally:
            rooms.close()


def _announce(context: Context, address: str, *, as_json: bool) -> str:
    ticket = people.issue_sign_in_ticket(context)
    link = people.one_time_link(address, ticket.token) if ticket else None
    if as_json:
        print_json({"address": address, "sign_in_link": link, "data": context.rooms.settings.data})
        return link or address
    say(f"Taktloom is ready: {address}")
    say(f"Data folder: {context.rooms.settings.data.resolve()}")
    if link and ticket:
        say(f"Sign in once within 15 minutes: {link}")
    say("Stop with Ctrl+C.")
    return link or address


def _nothing(context: Context) -> None:
    del context


def _nothing_with(link: str) -> None:
    del link
