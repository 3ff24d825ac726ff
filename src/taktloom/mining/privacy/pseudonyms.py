# SPDX-License-Identifier: Apache-2.0
"""A log with pseudonyms: cases, resources and events keep their identity and lose their names.

A pseudonym is a keyed hash (HMAC with SHA-256, RFC 2104; 80 bits are shown): the same name gives the same pseudonym in
every log made with the same key, so that logs can still be joined, and without the key names cannot be tried out. What
kind of name it is goes into the hash. Attributes are left out unless they are named, since nobody can tell which of
them hold persons. Pseudonymised data are still personal data for whoever holds the key (GDPR, article 4(5)).
"""

import hashlib
import hmac
import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl

from taktloom.mining.filters.errors import UnknownAttributeError
from taktloom.mining.logs.canonical import CASES_FILE, ENGINE_COLUMNS, LABELS_FILE, CanonicalLog
from taktloom.mining.logs.layout import write_json
from taktloom.mining.logs.metadata import METADATA_FILE, metadata_to_json
from taktloom.model.errors import MisuseError

SHORTEST_KEY, SHOWN = 16, 20


class KeyTooShortError(MisuseError):
    """The key of pseudonyms has too few bytes to keep names from being tried out."""

    code = "TL-2186"


def pseudonym(key: bytes, kind: str, name: str) -> str:
    """`kind-` and 20 hexadecimal digits. Raises KeyTooShortError."""
    if len(key) < SHORTEST_KEY:
        raise KeyTooShortError(
            f"The key has {len(key)} bytes.",
            remedy=f"Give a file with at least {SHORTEST_KEY} random bytes.",
            parameters={"bytes": str(len(key)), "least": str(SHORTEST_KEY)},
        )
    mixed = hmac.new(key, f"{kind}\0{name}".encode(), hashlib.sha256).hexdigest()
    return f"{kind}-{mixed[:SHOWN]}"


def pseudonymise_log(log: CanonicalLog, target: Path, key: bytes, *, keep: Collection[str] = ()) -> CanonicalLog:
    """Write *log* or view with pseudonyms into the empty folder *target*. keep: attribute columns that stay.

    Raises KeyTooShortError, UnknownAttributeError.
    """
    known = [column.name for column in log.metadata.columns]
    for name in keep:
        if name not in known:
            raise UnknownAttributeError(name, known)
    _write_labels(log, target, key)
    _write_cases(log, target, key, keep)
    for segment in log.metadata.segments:
        coded, beside = f"coded-{segment}.parquet", f"attributes-{segment}.parquet"
        (target / coded).write_bytes((log.folder / coded).read_bytes())
        _event_columns(log.folder / beside, key, keep).write_parquet(target / beside, compression="zstd")
    columns = tuple(column for column in log.metadata.columns if column.name in keep)
    metadata = replace(log.metadata, columns=columns)
    write_json(target / METADATA_FILE, metadata_to_json(metadata))
    return _same_view(log, CanonicalLog.open(target))


def _write_labels(log: CanonicalLog, target: Path, key: bytes) -> None:
    labels = json.loads((log.folder / LABELS_FILE).read_bytes())
    labels["resources"] = [pseudonym(key, "resource", name) for name in labels["resources"]]
    write_json(target / LABELS_FILE, labels)


def _write_cases(log: CanonicalLog, target: Path, key: bytes, keep: Collection[str]) -> None:
    cases = pl.read_parquet(log.folder / CASES_FILE)
    kept = cases.select("case", "case_id", *(name for name in cases.columns if name in keep))
    names = [pseudonym(key, "case", name) for name in cases["case_id"].to_list()]
    kept.with_columns(pl.Series("case_id", names)).write_parquet(target / CASES_FILE, compression="zstd")


def _event_columns(path: Path, key: bytes, keep: Collection[str]) -> pl.DataFrame:
    rows = pl.read_parquet(path)
    engine = [name for name in rows.columns if name in ENGINE_COLUMNS and name != "instance_key"]
    kept = rows.select("event_id", *engine, *(name for name in rows.columns if name in keep))
    names = [None if name is None else pseudonym(key, "event", name) for name in rows["event_id"].to_list()]
    return kept.with_columns(pl.Series("event_id", names, dtype=pl.String))


def _same_view(log: CanonicalLog, copy: CanonicalLog) -> CanonicalLog:
    rows = np.zeros(log.metadata.counts.activity_instances, dtype=np.bool_)
    for part in log.parts():
        rows[part.numbers] = True
    return copy if rows.all() else copy.keep(log.kept_cases, rows)
