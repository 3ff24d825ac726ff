# SPDX-License-Identifier: Apache-2.0
"""Why nothing can be foretold."""

from taktloom.model.errors import ConflictError, MisuseError


class LearningExtraMissingError(MisuseError):
    """The libraries for learning are not installed."""

    code = "TL-2181"

    def __init__(self) -> None:
        super().__init__(
            "Prediction needs the extra 'learning', which is not installed.",
            remedy="Install it with: pip install 'taktloom[learning]'.",
        )
        self.args = ()


class TooFewFinishedCasesError(ConflictError):
    """After the split by time a part has too few cases to learn from or to judge with."""

    code = "TL-2182"

    def __init__(self, cases: int, needed: int) -> None:
        super().__init__(
            f"Prediction needs at least {needed} finished cases in each part of the log; one has {cases}.",
            remedy="Take a longer stretch of time or loosen the filter.",
            parameters={"cases": str(cases), "needed": str(needed)},
        )
        self.args = (cases, needed)
