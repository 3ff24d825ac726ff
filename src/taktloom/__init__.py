# SPDX-License-Identifier: Apache-2.0
"""Taktloom: from an organisation's event log to a proven, running automation."""

from importlib import import_module

__version__ = "0.1.0"

# Names are loaded on first use (PEP 562), so that `import taktloom` stays cheap and no room imports the root.
_LAZY: dict[str, tuple[str, str]] = {
    "SqlTable": ("taktloom.app.sql_engines", "SqlTableRequest"),
    "analyse_table": ("taktloom.app.sql_notebooks", "analyse_table"),
    "read_log": ("taktloom.app.notebooks", "read_log"),
    "read_object_log": ("taktloom.app.object_notebooks", "read_object_log"),
    "worker": ("taktloom.connect.worker", "worker"),
}

__all__ = ["SqlTable", "__version__", "analyse_table", "read_log", "read_object_log", "worker"]


def __getattr__(name: str) -> object:
    try:
        module, attribute = _LAZY[name]
    except KeyError:
        raise AttributeError(f"module 'taktloom' has no attribute {name!r}") from None
    return getattr(import_module(module), attribute)
