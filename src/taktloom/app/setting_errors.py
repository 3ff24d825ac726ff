# SPDX-License-Identifier: Apache-2.0
"""Why settings are refused."""

from taktloom.model.errors import MisuseError


class SettingError(MisuseError):
    """A setting has an unknown name or a value that it cannot have."""

    code = "TL-2901"
