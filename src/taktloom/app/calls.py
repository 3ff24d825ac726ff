# SPDX-License-Identifier: Apache-2.0
"""Ties each route and command to its use cases, for the OpenAPI document and the test that lists them all."""

from collections.abc import Callable
from typing import Any, TypeVar

from taktloom.app.context import UseCase

Endpoint = TypeVar("Endpoint", bound=Callable[..., object])
USE_CASES = "__taktloom_use_cases__"


def calls(*use_cases: UseCase[..., Any]) -> Callable[[Endpoint], Endpoint]:
    """Declare that an endpoint calls these use cases; their requirements become part of the OpenAPI document."""

    def mark(endpoint: Endpoint) -> Endpoint:
        setattr(endpoint, USE_CASES, use_cases)
        return endpoint

    return mark


def use_cases_of(endpoint: Callable[..., object]) -> tuple[UseCase[..., Any], ...]:
    """The use cases that *endpoint* declares; empty when it declares none."""
    return getattr(endpoint, USE_CASES, ())
