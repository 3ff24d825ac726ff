# SPDX-License-Identifier: Apache-2.0
"""Build hook: wheel, sdist and editable install all carry the web UI (see scripts/ui_build.py)."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

sys.path.insert(0, str(Path(__file__).parent / "scripts"))

import ui_build


class UiBuildHook(BuildHookInterface[Any]):
    """Makes `src/taktloom/_ui` before the files of a package are collected."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the UI; a package without it is never made silently, see ui_build.build."""
        ui_build.build()
