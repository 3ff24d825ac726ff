# SPDX-License-Identifier: Apache-2.0
"""Files that an analysis is given beside the log: rules, models."""

from pathlib import Path

from taktloom.model.errors import InputRefusedError, LimitExceededError
from taktloom.model.places import Place

MOST_BYTES = 20_000_000


class DocumentUnreadableError(InputRefusedError):
    """A file given to an analysis cannot be read as text."""

    code = "TL-2951"


def read_document(path: Path) -> str:
    """The text of the file (UTF-8, or UTF-16 with its mark). Raises DocumentUnreadableError, LimitExceededError."""
    try:
        size = path.stat().st_size
        content = path.read_bytes() if size <= MOST_BYTES else b""
    except OSError as error:
        raise DocumentUnreadableError(
            f"The file cannot be read: {error.strerror or 'unknown reason'}.",
            Place(source=path.name),
            "Name a file that this user may read.",
            {"reason": error.strerror or "unknown reason"},
        ) from None
    if size > MOST_BYTES:
        raise LimitExceededError(
            f"The file is larger than {MOST_BYTES} bytes.",
            Place(source=path.name),
            "Give a smaller file.",
            {"limit": str(MOST_BYTES)},
        )
    try:
        return content.decode("utf-16" if content[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentUnreadableError(
            f"The file is not UTF-8: byte {error.start}.",
            Place(source=path.name),
            "Save it as UTF-8.",
            {"byte": str(error.start)},
        ) from None
