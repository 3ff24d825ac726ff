# SPDX-License-Identifier: Apache-2.0
"""Why a log cannot be explained or foretold."""

from taktloom.model.errors import ConflictError


class TooFewCasesError(ConflictError):
    """The log or view has too few cases of a kind for the analysis to say anything."""

    code = "TL-2180"

    def __init__(self, cases: int, needed: int) -> None:
        super().__init__(
            f"This analysis needs at least {needed} cases of each kind; there are {cases}.",
            remedy="Loosen the filter or choose another question.",
            parameters={"cases": str(cases), "needed": str(needed)},
        )
        self.args = (cases, needed)
