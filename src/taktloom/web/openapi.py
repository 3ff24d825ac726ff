# SPDX-License-Identifier: Apache-2.0
"""`python -m taktloom.web.openapi [FILE]` writes the OpenAPI document that is kept in the repository."""

import json
import sys
import tempfile
from pathlib import Path

from taktloom.app.settings import Settings
from taktloom.app.wiring import Rooms
from taktloom.web.application import create_application

FILE = Path("docs/reference/openapi.json")


def openapi_text() -> str:
    """The document as kept: sorted keys, two spaces."""
    with tempfile.TemporaryDirectory() as folder:
        document = create_application(Rooms(Settings(data=Path(folder)))).openapi()
    return json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(openapi_text(), encoding="utf-8")
