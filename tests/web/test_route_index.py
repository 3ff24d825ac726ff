# SPDX-License-Identifier: Apache-2.0
"""Every address is found by its shape, and one that is known for other methods says for which."""

import pytest

from tests.web.client import Client


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/health", "GET, HEAD"),
        ("PATCH", "/batches", "GET, HEAD, POST"),
        ("GET", "/jobs/activations", "POST"),
        ("DELETE", "/logs/uploads", "POST"),
        ("GET", "/batches/preview", "POST"),
        ("PUT", "/tasks/counts", "GET, HEAD"),
    ],
)
def test_another_method_is_refused_with_those_that_the_address_knows(
    admin: Client, method: str, path: str, allowed: str
) -> None:
    answer = admin.call(method, path)

    assert (answer.status_code, answer.json()["code"], answer.headers["Allow"]) == (405, "TL-2904", allowed)


@pytest.mark.parametrize("path", ["/", "/jobs", "/jobs/a/b/c", "/health/", "/../health", "/instances/%2e%2e/x"])
def test_an_address_of_no_route_is_a_problem(admin: Client, path: str) -> None:
    answer = admin.call("POST", path)

    assert (answer.status_code, answer.json()["code"]) == (404, "TL-2904")
