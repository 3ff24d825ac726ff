# SPDX-License-Identifier: Apache-2.0
"""Bytes of a text file to UTF-8, in one pass that also hashes them, unpacks gzip under a limit and refuses NUL bytes.

UTF-8 is proved over the whole file, never guessed. What is not UTF-8 and has no byte-order mark is told apart by its
high bytes: in GB18030 text they come in pairs, in Western text alone.
"""

import codecs
import hashlib
import itertools
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from taktloom.mining.logs.errors import ImportCancelledError, LogTooLargeError, UnreadableLogError
from taktloom.mining.logs.line_watch import LineWatch
from taktloom.mining.logs.requests import ImportLimits, ImportStage, ImportWatch, Progress
from taktloom.model.places import Place

CHUNK_BYTES = 4 * 1024 * 1024
SAMPLE_BYTES = 256 * 1024
GZIP_MAGIC = b"\x1f\x8b"
ZIP_MAGIC = b"PK\x03\x04"
LEFT_BY_SYSTEMS = ("__MACOSX/", ".DS_Store")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
HIGH_RUN = re.compile(rb"[\x80-\xff]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class RawBytes:
    """What reading a file's bytes needs: its path, the name shown, limits and the caller's watch."""

    path: Path
    name: str
    limits: ImportLimits
    watch: ImportWatch

    @property
    def place(self) -> Place:
        """The file as a place."""
        return Place(source=self.name)


@dataclass(slots=True)
class Digest:
    """SHA-256 and size of the bytes as they lie on disk, filled while they are read."""

    sha256: str = ""
    size_bytes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class PreparedText:
    """A file that is UTF-8 now: the original path when it already was, else a copy."""

    path: Path
    encoding: str
    digest: Digest


def file_chunks(raw: RawBytes, digest: Digest, stage: ImportStage = ImportStage.CHECKING) -> Iterator[bytes]:
    """The file's bytes as they lie, hashed on the way; fills *digest* when exhausted."""
    total = raw.path.stat().st_size
    if total > raw.limits.file_bytes:
        raise LogTooLargeError("bytes", raw.limits.file_bytes, raw.place)
    hasher = hashlib.sha256()
    with raw.path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            if raw.watch.cancelled():
                raise ImportCancelledError(raw.name)
            hasher.update(chunk)
            digest.size_bytes += len(chunk)
            yield chunk
            raw.watch.report(Progress(stage=stage, done=digest.size_bytes, total=total))
    digest.sha256 = hasher.hexdigest()


def unpacked_chunks(raw: RawBytes, digest: Digest) -> Iterator[bytes]:
    """The bytes after gzip, when the file is gzip, or of the one file in a ZIP archive; as they lie otherwise.

    Members of gzip may follow one another.
    """
    chunks = file_chunks(raw, digest)
    first = next(chunks, b"")
    if first.startswith(ZIP_MAGIC) and (only := only_member(raw)) is not None:
        chunks = _member_chunks(raw, only, digest)
        first = next(chunks, b"")
    packed = itertools.chain((first,), chunks)
    if not first.startswith(GZIP_MAGIC):
        yield from packed
        return
    unpacked = 0
    for piece in _gunzip(packed, raw):
        unpacked += len(piece)
        if unpacked > raw.limits.unpacked_bytes:
            raise LogTooLargeError("unpacked bytes", raw.limits.unpacked_bytes, raw.place)
        yield piece


def zip_members(raw: RawBytes) -> tuple[str, ...] | None:
    """Names of the files in a ZIP archive; None for a workbook, and for what is no archive or a broken one."""
    try:
        with zipfile.ZipFile(raw.path) as archive:
            names = tuple(info.filename for info in archive.infolist() if not info.is_dir())
    except (zipfile.BadZipFile, OSError, NotImplementedError, ValueError):
        return None
    is_workbook = any(name.lower() == "[content_types].xml" or name.lower().startswith("xl/") for name in names)
    return None if is_workbook else tuple(name for name in names if not name.startswith(LEFT_BY_SYSTEMS))


def only_member(raw: RawBytes) -> str | None:
    """The one file in a ZIP archive that is neither a workbook nor holds the tables of an object-centric log."""
    names = zip_members(raw) or ()
    return names[0] if len(names) == 1 else None


def _member_chunks(raw: RawBytes, name: str, digest: Digest) -> Iterator[bytes]:
    """The bytes of a file in the archive; then the archive is hashed."""
    unpacked = 0
    try:
        with zipfile.ZipFile(raw.path) as archive, archive.open(name) as file:
            total = archive.getinfo(name).file_size
            while piece := file.read(CHUNK_BYTES):
                if raw.watch.cancelled():
                    raise ImportCancelledError(raw.name)
                unpacked += len(piece)
                if unpacked > raw.limits.unpacked_bytes:
                    raise LogTooLargeError("unpacked bytes", raw.limits.unpacked_bytes, raw.place)
                yield piece
                raw.watch.report(Progress(stage=ImportStage.CHECKING, done=unpacked, total=max(total, unpacked)))
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, RuntimeError) as error:
        raise UnreadableLogError(
            "zip-broken",
            "The ZIP archive is damaged, or it has a password.",
            raw.place,
            "Pack the file again without a password, or give it as it is.",
        ) from error
    for _ in file_chunks(raw, digest):
        pass


def _gunzip(packed: Iterable[bytes], raw: RawBytes) -> Iterator[bytes]:
    """A small file may hold much: what is unpacked is told, and stopped, piece by piece."""
    unpacker, inside = zlib.decompressobj(wbits=31), False
    before, total = 0, raw.path.stat().st_size
    for chunk in packed:
        pending = chunk
        while pending:
            try:
                piece = unpacker.decompress(pending, CHUNK_BYTES)
            except zlib.error as error:
                raise _broken_gzip(raw) from error
            pending, inside = unpacker.unconsumed_tail, not unpacker.eof
            if piece:
                if raw.watch.cancelled():
                    raise ImportCancelledError(raw.name)
                yield piece
                done = min(total, before + len(chunk) - len(pending))
                raw.watch.report(Progress(stage=ImportStage.CHECKING, done=done, total=total))
            if unpacker.eof:
                pending = unpacker.unused_data.lstrip(b"\0")
                unpacker = zlib.decompressobj(wbits=31)
        before += len(chunk)
    if inside:
        raise _broken_gzip(raw)


def _broken_gzip(raw: RawBytes) -> UnreadableLogError:
    return UnreadableLogError(
        "gzip-broken", "The gzip file ends too early or is damaged.", raw.place, "Fetch or pack the file again."
    )


def read_sample(raw: RawBytes, size: int = SAMPLE_BYTES) -> bytes:
    """The first *size* bytes after gzip."""
    sample = b""
    for piece in unpacked_chunks(raw, Digest()):
        sample += piece
        if len(sample) >= size:
            break
    return sample[:size]


def guess_encoding(sample: bytes) -> str:
    """A codec name for *sample*: byte-order mark, UTF-8, UTF-16 by its zero bytes, GB18030 by paired high bytes, else
    Windows-1252."""
    for mark, encoding in BYTE_ORDER_MARKS:
        if sample.startswith(mark):
            return encoding
    if sample[:4096].count(0) > len(sample[:4096]) // 4:
        return "utf-16-le" if sample[1:4096:2].count(0) > sample[0:4096:2].count(0) else "utf-16-be"
    if _decodes(sample, "utf-8"):
        return "utf-8"
    runs = [len(run) for run in HIGH_RUN.findall(sample)]
    paired = sum(length for length in runs if length > 1)
    if paired >= 0.7 * sum(runs) and _decodes(sample, "gb18030"):
        return "gb18030"
    return "cp1252"


def _decodes(sample: bytes, encoding: str) -> bool:
    try:
        codecs.getincrementaldecoder(encoding)().decode(sample)
    except UnicodeDecodeError:
        return False
    return True


def unread_text(raw: RawBytes, encoding: str | None = None) -> PreparedText | None:
    """*raw* itself when its beginning is that of an unpacked UTF-8 file, which the caller must prove; else None.

    The digest is empty: the caller fills it with the reading.
    """
    is_packed = _is_packed(raw)
    sample = b"" if is_packed else read_sample(raw)
    if not sample or (codec_name(encoding, raw) if encoding else guess_encoding(sample)) != "utf-8":
        return None
    return PreparedText(path=raw.path, encoding="utf-8", digest=Digest())


def _is_packed(raw: RawBytes) -> bool:
    with raw.path.open("rb") as file:
        return file.read(4).startswith((GZIP_MAGIC, ZIP_MAGIC))


def prepare_text(raw: RawBytes, workspace: Path, encoding: str | None = None) -> PreparedText:
    """*raw* as a UTF-8 file; a copy goes to *workspace* only where one is needed.

    encoding: a codec name that overrides the guess. Raises UnreadableLogError naming the line of the first byte that
    is NUL or not of the encoding.
    """
    sample = read_sample(raw)
    if not sample:
        raise UnreadableLogError("empty", "The file is empty.", raw.place, "Export the log again.")
    wanted = codec_name(encoding, raw) if encoding else guess_encoding(sample)
    try:
        return _decode(raw, workspace, wanted)
    except UnreadableLogError as error:
        # A long plain-ASCII beginning hides the encoding: look again where UTF-8 broke.
        if encoding is not None or wanted != "utf-8" or error.reason != "encoding":
            raise
        wanted = guess_encoding(_sample_of_high_bytes(raw))
        if wanted == "utf-8":
            raise
        return _decode(raw, workspace, wanted)


def codec_name(encoding: str, raw: RawBytes) -> str:
    """The codec's own name; raises UnreadableLogError when there is none that makes text."""
    try:
        name = codecs.lookup(encoding).name
        "".encode(name)  # codecs such as base64 turn bytes into bytes and are none of ours
    except (LookupError, TypeError, ValueError) as error:
        raise UnreadableLogError(
            "encoding-unknown", f"'{encoding}' is not a text encoding.", raw.place, "Try utf-8, utf-16 or gb18030."
        ) from error
    return name


def _sample_of_high_bytes(raw: RawBytes) -> bytes:
    for piece in unpacked_chunks(raw, Digest()):
        if high := HIGH_RUN.search(piece):
            return piece[high.start() : high.start() + SAMPLE_BYTES]
    return b""


def _decode(raw: RawBytes, workspace: Path, encoding: str) -> PreparedText:
    digest = Digest()
    is_packed = _is_packed(raw)
    if not is_packed and encoding == "utf-8":
        for _ in _texts(raw, digest, encoding):
            pass
        return PreparedText(path=raw.path, encoding=encoding, digest=digest)
    copy = workspace / "text.utf8"
    with copy.open("wb") as target:
        for text in _texts(raw, digest, encoding):
            target.write(text.encode())
    return PreparedText(path=copy, encoding=encoding, digest=digest)


def _texts(raw: RawBytes, digest: Digest, encoding: str) -> Iterator[str]:
    """The decoded text piece by piece; refuses NUL, undecodable bytes and endless lines, with their line."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines = LineWatch(raw.name, raw.limits)
    for piece in itertools.chain(unpacked_chunks(raw, digest), (b"",)):
        try:
            text = decoder.decode(piece, final=not piece)
        except UnicodeDecodeError as error:
            line = lines.number + piece[: max(error.start, 0)].count(b"\n")
            raise UnreadableLogError(
                "encoding",
                f"The bytes here are not {encoding}.",
                Place(source=raw.name, line=line),
                "Name the file's encoding: --encoding gb18030, say.",
            ) from error
        if "\0" in text:
            raise nul_byte(raw, lines.number + text[: text.index("\0")].count("\n"))
        lines.follow(text)
        yield text


def nul_byte(raw: RawBytes, line: int) -> UnreadableLogError:
    """The refusal of text with a NUL byte on *line*."""
    return UnreadableLogError(
        "nul-byte",
        "The text holds a NUL byte.",
        Place(source=raw.name, line=line),
        "Export the log again as plain text.",
    )
