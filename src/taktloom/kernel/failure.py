# SPDX-License-Identifier: Apache-2.0
"""What stops an element at run time: it becomes an incident, never an error of the caller."""

from taktloom.kernel.commands import IncidentKind


class ElementFailure(Exception):
    """The element cannot go on. Raised before the element changed anything, so that its phase can be tried again.

    message: for the operator, without values of variables.
    """

    def __init__(self, kind: IncidentKind, message: str) -> None:
        super().__init__(kind, message)
        self.kind, self.message = kind, message
