# SPDX-License-Identifier: Apache-2.0
"""For rooms in the making."""

from typing import NoReturn

from taktloom.model.errors import IncidentError


class NotWiredError(IncidentError):
    """This part is not joined yet."""

    code = "TL-3501"


def not_wired() -> NoReturn:
    """Refuse."""
    raise NotWiredError("This part is not joined yet.", remedy="Wait for it.")
