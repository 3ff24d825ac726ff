# SPDX-License-Identifier: Apache-2.0
"""`taktloom webhook`: who outside is told of what."""

from typing import Annotated

import typer

from taktloom.app import webhooks
from taktloom.app.calls import calls
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, cell, print_json, print_table, say

webhook_commands = typer.Typer()


@webhook_commands.command("add")
@calls(webhooks.add_webhook)
def add_webhook(
    url: Annotated[str, typer.Argument(help="Where to send.")],
    topic: Annotated[list[str], typer.Option("--topic", help="Such as instance.ended; may be given several times.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Add a webhook and print the secret of its signatures, once.

    Example: taktloom webhook add https://example.org/hook --topic instance.ended --topic incident.raised
    """
    with opened(data) as context:
        added = webhooks.add_webhook(context, url=url, topics=tuple(topic))
        print_json(added) if as_json else say(added.secret)


@webhook_commands.command("list")
@calls(webhooks.list_webhooks)
def list_webhooks(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List webhooks."""
    with opened(data) as context:
        page = webhooks.list_webhooks(context)
        if as_json:
            print_json(page)
            return
        rows = [(one.webhook_id, one.url, ", ".join(one.topics), cell(one.created_at)) for one in page.items]
        print_table(("id", "address", "topics", "since"), rows, empty="No webhooks.")


@webhook_commands.command("remove")
@calls(webhooks.remove_webhook)
def remove_webhook(
    webhook_id: Annotated[str, typer.Argument(help="Id, as `list` shows it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell a webhook nothing more."""
    with opened(data) as context:
        webhooks.remove_webhook(context, webhook_id=webhook_id)
        if as_json:
            print_json({"webhook_id": webhook_id})


@webhook_commands.command("dead")
@calls(webhooks.list_dead_letters)
def list_dead_letters(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List messages that were given up."""
    with opened(data) as context:
        page = webhooks.list_dead_letters(context, limit=500)
        if as_json:
            print_json(page)
            return
        rows = [
            (one.outbox_id, one.url, one.topic, str(one.attempts), one.failure or "", cell(one.created_at))
            for one in page.items
        ]
        print_table(("id", "address", "topic", "tries", "failure", "since"), rows, empty="No dead letters.")


@webhook_commands.command("retry")
@calls(webhooks.retry_dead_letter)
def retry_dead_letter(
    outbox_id: Annotated[str, typer.Argument(help="Id, as `dead` shows it.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try a message again that was given up."""
    with opened(data) as context:
        webhooks.retry_dead_letter(context, outbox_id=outbox_id)
        if as_json:
            print_json({"outbox_id": outbox_id})
