# SPDX-License-Identifier: Apache-2.0
"""A typed function becomes a job worker: parameters from variables, variables from what it returns."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Literal

import pytest
from typing_extensions import TypedDict

from taktloom import worker
from taktloom.connect import Job, VariableMismatchError
from taktloom.feel.values import FeelDate
from taktloom.model.identifiers import ElementId, InstanceKey, JobId, ProcessId


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Address:
    town: str
    number: int = 1


class Line(TypedDict):
    article: str
    price: Decimal


@dataclass(frozen=True)
class Registered:
    number: int
    address: Address


def job(**variables: object) -> Job:
    return Job(
        job_id=JobId("1"),
        job_type="register",
        instance_key=InstanceKey("1"),
        process_id=ProcessId("p"),
        element_id=ElementId("register"),
        variables=variables,
        headers={},
        retries_left=3,
        attempt=1,
        fence=1,
        locked_until=datetime(2026, 3, 2, tzinfo=UTC),
    )


def test_parameters_come_typed_from_variables_of_their_name() -> None:
    seen: list[object] = []

    @worker("register")
    def register(  # noqa: PLR0917
        given: Job, text: str, amount: Decimal, count: int, day: date, lines: list[Line], place: Address, colour: Colour
    ) -> None:
        seen.extend([given.job_id, text, amount, count, day, lines, place, colour])

    result = register.run(
        job(
            text="a",
            amount=Decimal("1.50"),
            count=Decimal(3),
            day=FeelDate(2026, 3, 2),
            lines=[{"article": "x", "price": Decimal(2)}],
            place={"town": "Delft", "number": Decimal(7)},
            colour="red",
            more="not asked for",
        )
    )

    assert seen == [
        "1",
        "a",
        Decimal("1.50"),
        3,
        date(2026, 3, 2),
        [{"article": "x", "price": Decimal(2)}],
        Address("Delft", 7),
        Colour.RED,
    ]
    assert result == {}


def test_a_missing_variable_takes_the_default() -> None:
    @worker("register")
    def register(*, note: str | None = None, urgent: bool = False) -> dict[str, object]:
        return {"note": note, "urgent": urgent}

    assert register.run(job(urgent=True)) == {"note": None, "urgent": True}


@pytest.mark.parametrize(
    "variables", [{}, {"amount": "s3cret"}, {"amount": Decimal("1.5")}, {"amount": None}, {"amount": [Decimal(1)]}]
)
def test_a_variable_that_does_not_fit_is_named_without_its_value(variables: dict[str, object]) -> None:
    @worker("register")
    def register(*, amount: int) -> None:
        raise AssertionError(amount)

    with pytest.raises(VariableMismatchError) as refused:
        register.run(job(**variables))

    assert refused.value.parameters == {"name": "amount", "job_type": "register"}
    assert "s3cret" not in str(refused.value)


def test_a_returned_dataclass_becomes_variables() -> None:
    @worker("register")
    def register() -> Registered:
        return Registered(number=4, address=Address("Delft"))

    assert register.run(job()) == {"number": Decimal(4), "address": {"town": "Delft", "number": Decimal(1)}}


def test_anything_else_returned_is_the_authors_mistake() -> None:
    @worker("register")
    def register() -> list[int]:
        return [1]

    with pytest.raises(TypeError, match="not list"):
        register.run(job())


def test_the_function_can_still_be_called_as_itself() -> None:
    @worker("double", lock=timedelta(minutes=1), concurrency=4)
    def double(number: int) -> dict[str, int]:
        return {"number": number * 2}

    assert double(21) == {"number": 42}
    assert (double.job_type, double.lock, double.concurrency) == ("double", timedelta(minutes=1), 4)


def test_a_signature_that_cannot_be_served_is_refused_at_once() -> None:
    def gather(*numbers: int) -> None:
        raise AssertionError(numbers)

    with pytest.raises(TypeError, match="numbers"):
        worker("gather")(gather)
    with pytest.raises(ValueError, match="job type"):
        worker("")


def test_a_literal_admits_its_values_only() -> None:
    @worker("choose")
    def choose(*, kind: Literal["a", "b"]) -> dict[str, str]:
        return {"chosen": kind}

    assert choose.run(job(kind="b")) == {"chosen": "b"}
    with pytest.raises(VariableMismatchError):
        choose.run(job(kind="c"))
