# SPDX-License-Identifier: Apache-2.0
"""Why nothing can be foretold."""

from taktloom.model.errors import ConflictError, LimitExceededError, MisuseError


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


class TooManyAnswersError(LimitExceededError):
    """So many rows, with a chance of each activity to come next, that they would not fit in memory."""

    code = "TL-2183"

    def __init__(self, rows: int, activities: int, most: int) -> None:
        super().__init__(
            f"{rows} events with {activities} activities have more than {most} chances of what comes next.",
            remedy="Filter to a sample of the cases, a shorter time or fewer activities.",
            parameters={"rows": str(rows), "activities": str(activities), "most": str(most)},
        )
        self.args = (rows, activities, most)
