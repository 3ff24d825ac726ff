# SPDX-License-Identifier: Apache-2.0
"""The server's log file in the data folder: rotating, without values of variables."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from logging.handlers import RotatingFileHandler
from pathlib import Path

FILE_NAME = "taktloom.log"
_BYTES, _FILES = 10_000_000, 5
_LINE = "%(asctime)s %(levelname)s %(name)s %(message)s"


@contextmanager
def log_to_folder(folder: Path) -> Iterator[Path]:
    """Write what the program logs to *folder*/taktloom.log while the block runs."""
    path = folder / FILE_NAME
    handler = RotatingFileHandler(path, maxBytes=_BYTES, backupCount=_FILES, encoding="utf-8")
    handler.setFormatter(logging.Formatter(_LINE))
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
