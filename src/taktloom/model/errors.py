# SPDX-License-Identifier: Apache-2.0
"""Every error that this package raises on purpose, in five families by who must act.

    TaktloomError
    ├── DefinitionError       the author of the model, table, form or expression
    ├── MisuseError           the caller: wrong argument, state, permission or input
    │   ├── NotFoundError         what is named does not exist (or is not visible to the caller)
    │   ├── InvalidCursorError    a cursor that no page of this list has given
    │   ├── ConflictError         it exists, but its state forbids the call
    │   ├── InputRefusedError     data from outside is refused, with place and first examples
    │   ├── PermissionDeniedError the principal lacks the permission
    │   ├── NotAuthenticatedError nobody is signed in, or the credential is void
    │   └── LimitExceededError    an input or budget is over its limit
    │       └── RateExceededError     too many calls in too short a time
    ├── IncidentError         the operator: disk full, lock held, port taken, a worker's failure
    ├── NondeterminismError   us: history and code disagree
    └── UnexpectedError       us: a defect that nothing foresaw

A code is `TL-` and four digits, belongs to one class and is never used again for another. First digit: the family, 1 to
5 as above. Second digit: the room that raises it:

    0 model (the families)        3 feel, kernel, decisions    6 storage                   9 app and the doors
    1 mining, insight, evidence   4 assure                     7 programme, reports, adoption
    2 formats                     5 hosts                      8 connect, flows

Texts for people are made from `code` and `parameters`, so that every door can speak the reader's language; `cause` and
`remedy` are the English ones. Only `web` knows HTTP status codes, only `cli` exit codes.
"""

from collections.abc import Mapping
from typing import ClassVar

from taktloom.model.findings import Finding
from taktloom.model.places import NOWHERE, Place


class TaktloomError(Exception):
    """Base of every error this package raises on purpose.

    cause: what is wrong, one sentence. place: where. remedy: what to do, one sentence.
    parameters: the values inside the texts by name, for translation; never personal data or secrets.
    """

    code: ClassVar[str] = "TL-0000"

    def __init__(
        self, cause: str, place: Place = NOWHERE, remedy: str = "", parameters: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(cause, place, remedy, parameters)  # all arguments, so that pickling works
        self.cause, self.place, self.remedy = cause, place, remedy
        self.parameters: Mapping[str, str] = dict(parameters or {})

    def __str__(self) -> str:
        where = "" if self.place == NOWHERE else f" at {self.place}"
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{self.code}{where}: {self.cause}{remedy}"


class DefinitionError(TaktloomError):
    """A model, table, form or expression cannot be used; `findings` lists every problem at once."""

    code = "TL-1000"

    def __init__(
        self,
        cause: str,
        place: Place = NOWHERE,
        remedy: str = "",
        parameters: Mapping[str, str] | None = None,
        findings: tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(cause, place, remedy, parameters)
        self.args = (cause, place, remedy, parameters, findings)
        self.findings = findings


class MisuseError(TaktloomError):
    """The caller asked for what cannot be; nothing was changed."""

    code = "TL-2000"


class NotFoundError(MisuseError):
    """What is named does not exist, or the caller may not see it."""

    code = "TL-2004"


class InvalidCursorError(MisuseError):
    """A cursor that no page of this list has given."""

    code = "TL-2005"


class ConflictError(MisuseError):
    """It exists, but its present state forbids the call."""

    code = "TL-2009"


class InputRefusedError(MisuseError):
    """Data from outside is refused; `examples` holds the first ones, each with its place."""

    code = "TL-2022"

    def __init__(
        self,
        cause: str,
        place: Place = NOWHERE,
        remedy: str = "",
        parameters: Mapping[str, str] | None = None,
        examples: tuple[Finding, ...] = (),
    ) -> None:
        super().__init__(cause, place, remedy, parameters)
        self.args = (cause, place, remedy, parameters, examples)
        self.examples = examples


class PermissionDeniedError(MisuseError):
    """The principal is known and lacks the permission."""

    code = "TL-2003"


class NotAuthenticatedError(MisuseError):
    """Nobody is signed in, or the credential is void."""

    code = "TL-2001"


class LimitExceededError(MisuseError):
    """An input, a budget or a rate is over its limit; the limit is named."""

    code = "TL-2013"


class RateExceededError(LimitExceededError):
    """Too many calls in too short a time; the same call may succeed later."""

    code = "TL-2029"


class IncidentError(TaktloomError):
    """The operator must act: the surroundings or the outside world failed."""

    code = "TL-3000"


class NondeterminismError(TaktloomError):
    """History and code disagree; this is our defect."""

    code = "TL-4000"


class UnexpectedError(TaktloomError):
    """A failure of ours; the log tells more under the id."""

    code = "TL-5000"
