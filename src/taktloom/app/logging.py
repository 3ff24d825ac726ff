# SPDX-License-Identifier: Apache-2.0
"""The server's log file in the data folder: rotating, without values of variables."""

import json
import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_NAME = "taktloom.log"
_BYTES, _FILES = 10_000_000, 5
_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


class JsonLines(logging.Formatter):
    """One JSON object per line: at (UTC), level, logger, message, and the stack of an exception."""

    converter = staticmethod(time.gmtime)

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        entry = {
            "at": f"{self.formatTime(record, '%Y-%m-%dT%H:%M:%S')}.{int(record.msecs):03d}Z",
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            entry["exception"] = self.formatException(record.exc_info)
        return json.dumps(entry, ensure_ascii=False)


class FolderHandler(RotatingFileHandler):
    """Writes to the file; what it does not take, as on a full disk, goes to standard error: the alarm is heard."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Called by emit inside of its `except`."""
        with suppress(Exception):
            sys.stderr.write(f"{self.format(record)}\n")


@contextmanager
def log_to_folder(folder: Path, *, form: str = "text") -> Iterator[Path]:
    """Write what the program logs to *folder*/taktloom.log while the block runs; form: text or json."""
    path = folder / FILE_NAME
    handler = FolderHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    handler.setFormatter(JsonLines() if form == "json" else logging.Formatter(_LINE))
    roots = (logging.getLogger("taktloom"), logging.getLogger("uvicorn"))
    for root in roots:
        root.addHandler(handler)
        root.setLevel(logging.INFO)
    try:
        yield path
    finally:
        for root in roots:
            root.removeHandler(handler)
        handler.close()
