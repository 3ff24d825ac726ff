# SPDX-License-Identifier: Apache-2.0
"""Run as a program: import modules under an audit hook that refuses input and output, then exit 0.

Arguments: names of modules or packages; a package stands for all modules in it. Reading Python's own module files is
how imports work and is allowed; so is the tzdata package, which holds the time zones the calendars pin.
"""

import importlib
import pkgutil
import sys
from collections.abc import Iterator

MODULE_FILES = (".py", ".pyc", ".so")
REFUSED = (
    "socket.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.spawn",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "shutil.",
    "tempfile.",
    "sqlite3.",
    "urllib.",
    "ctypes.dlopen",
)


def refuse_io(event: str, arguments: tuple[object, ...]) -> None:
    """Raise PermissionError on input or output; see `sys.addaudithook`."""
    if event == "open" and not _is_allowed(str(arguments[0]), str(arguments[1])):
        raise PermissionError(f"a pure room opened {arguments[0]!r}")
    if event.startswith(REFUSED):
        raise PermissionError(f"a pure room did {event} {arguments!r}")


def import_all(names: list[str]) -> int:
    """Import every named module and everything below it; return how many modules that were."""
    return sum(1 for name in names for _ in _import_below(name))


def _import_below(name: str) -> Iterator[str]:
    module = importlib.import_module(name)
    yield name
    for child in pkgutil.iter_modules(getattr(module, "__path__", ()), prefix=f"{name}."):
        yield from _import_below(child.name)


def _is_allowed(path: str, mode: str) -> bool:
    return mode in {"r", "rb"} and (path.endswith(MODULE_FILES) or "/tzdata/" in path)


if __name__ == "__main__":
    sys.dont_write_bytecode = True
    sys.addaudithook(refuse_io)
    sys.stdout.write(f"{import_all(sys.argv[1:])}\n")
