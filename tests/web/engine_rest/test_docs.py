# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

from taktloom.web.engine_rest.application import engine_rest_routes

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "coming-from-camunda-7.md"


def test_the_page_lists_every_address_with_its_methods() -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()

    missing = [
        f"{method} {path}"
        for path, route in engine_rest_routes()
        for method in route.methods or ()
        if not any(f"`{path.removeprefix('/engine-rest')}`" in line and method in line for line in lines)
    ]

    assert missing == []
