# SPDX-License-Identifier: Apache-2.0
"""Event logs, or views of them, as files; with pseudonyms in place of names where wanted."""

import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from taktloom.app.context import Context, use_case
from taktloom.app.review import ALL, Filter, view_of
from taktloom.assure.permissions import Permission
from taktloom.model.errors import MisuseError

if TYPE_CHECKING:
    from taktloom.mining.logs.canonical import CanonicalLog

ENDINGS = (".xes", ".xes.gz", ".csv", ".parquet")
KEY_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Pseudonyms:
    """key_file: made with random bytes where there is none. keep: attributes that stay; all others are left out."""

    key_file: Path
    keep: tuple[str, ...] = ()


@use_case(Permission.LOG_VIEW)
def export_log(
    context: Context, *, log_id: str, output: Path, chosen: Filter = ALL, pseudonyms: Pseudonyms | None = None
) -> None:
    """Write the events to *output*, in the format that its name tells; an existing file is written anew.

    XES and Parquet are for programs; in CSV, texts that a spreadsheet would compute are made harmless.
    pseudonyms: cases, resources and events lose their names, attributes are left out unless named.
    """
    if not output.name.lower().endswith(ENDINGS):
        raise MisuseError(
            f"Cannot tell the format of {output.name}.",
            remedy="Name it .xes, .xes.gz, .csv or .parquet.",
            parameters={"name": output.name},
        )
    with _without_names(view_of(context.rooms.logs.open_log(log_id), chosen), pseudonyms) as view:
        _write(view, output)


def _write(view: "CanonicalLog", output: Path) -> None:
    from taktloom.mining.logs.export import events_csv
    from taktloom.mining.logs.xes_writer import write_xes

    ending = output.suffix.lower()
    if ending == ".parquet":
        view.events().collect().write_parquet(output, compression="zstd")
    elif ending == ".csv":
        output.write_text(events_csv(view), encoding="utf-8-sig", newline="")
    else:
        write_xes(view, output)


@contextmanager
def _without_names(log: "CanonicalLog", pseudonyms: Pseudonyms | None) -> "Iterator[CanonicalLog]":
    if pseudonyms is None:
        yield log
        return
    from taktloom.mining.privacy.pseudonyms import pseudonymise_log

    key = _key_of(pseudonyms.key_file)
    with tempfile.TemporaryDirectory(prefix="taktloom-") as folder:
        yield pseudonymise_log(log, Path(folder), key, keep=pseudonyms.keep)


def _key_of(file: Path) -> bytes:
    """The bytes of the key file; a new one can be read by its owner only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(secrets.token_bytes(KEY_BYTES))
    return file.read_bytes()
