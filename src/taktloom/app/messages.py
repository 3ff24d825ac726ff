# SPDX-License-Identifier: Apache-2.0
"""Messages."""

from collections.abc import Mapping

from taktloom.app.context import Context, use_case
from taktloom.app.unwired import not_wired
from taktloom.assure.permissions import Permission


@use_case(Permission.MESSAGE_PUBLISH)
def publish_message(
    context: Context,
    *,
    name: str,
    correlation_key: str | None,
    variables: Mapping[str, object],
    message_id: str | None,
) -> tuple[str, ...]:
    """Publish; keys of the instances moved or started."""
    not_wired()
