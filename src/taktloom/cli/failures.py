# SPDX-License-Identifier: Apache-2.0
"""Errors on the command line: one line with cause, place and remedy, and the exit code of the error's family.

0 done, 1 input refused or findings, 2 wrong usage, 3 our bug: then one line with an id and where the log is.
"""

import json
import logging
import secrets
import sys
import tempfile
from pathlib import Path

from taktloom.app.machine import machine_refusal
from taktloom.model.errors import (
    DefinitionError,
    InputRefusedError,
    MisuseError,
    NondeterminismError,
    TaktloomError,
    UnexpectedError,
)
from taktloom.model.findings import Finding

REFUSED, USAGE, DEFECT = 1, 2, 3
SHOWN_FINDINGS = 20


class ArgumentUnreadableError(MisuseError):
    """An argument holds bytes that are no text in the terminal's encoding."""

    code = "TL-2925"


class WrongUsageError(MisuseError):
    """The command does not take this: an unknown command or option, a missing argument, a value of another kind."""

    code = "TL-2927"


def known_cause(error: BaseException) -> TaktloomError | None:
    """What stands behind an error that no command foresaw, where the caller can do something about it."""
    refusal = machine_refusal(error)
    if refusal is not None:
        return refusal
    if isinstance(error, UnicodeEncodeError) and "surrogate" in error.reason:
        return ArgumentUnreadableError(
            "An argument is no text in the encoding of this terminal.", remedy="Give names and values in valid Unicode."
        )
    return None


def report(error: TaktloomError, *, as_json: bool) -> int:
    """Print *error*; the exit code."""
    findings = findings_of(error)
    if as_json:
        sys.stdout.write(document_text({"error": _document(error, findings)}))
    else:
        sys.stderr.write(f"{error}\n")
        for finding in findings[:SHOWN_FINDINGS]:
            sys.stderr.write(f"  {finding_line(finding)}\n")
    return DEFECT if isinstance(error, NondeterminismError) else REFUSED


def report_defect(error: BaseException) -> int:
    """Log the stack, print one line; the exit code."""
    error_id, path = secrets.token_hex(6), Path(tempfile.gettempdir()) / "taktloom-errors.log"
    handler = logging.FileHandler(path, encoding="utf-8")
    logger = logging.getLogger("taktloom.cli")
    logger.addHandler(handler)
    logger.propagate = False
    logger.error("unexpected error %s", error_id, exc_info=error)
    logger.removeHandler(handler)
    handler.close()
    sys.stderr.write(
        f"{UnexpectedError.code}: Something went wrong on our side (error id {error_id}). The log is {path}.\n"
    )
    return DEFECT


def document_text(document: object) -> str:
    """One JSON document of two spaces a level; in ASCII where standard output knows no more than some alphabets."""
    is_unicode = (sys.stdout.encoding or "utf").lower().startswith("utf")
    return json.dumps(document, indent=2, ensure_ascii=not is_unicode) + "\n"


def findings_of(error: TaktloomError) -> tuple[Finding, ...]:
    """The findings or examples that an error carries."""
    if isinstance(error, DefinitionError):
        return error.findings
    return error.examples if isinstance(error, InputRefusedError) else ()


def finding_line(finding: Finding) -> str:
    """One finding as a line, with the way that shows it."""
    line = f"{finding.severity} {finding.rule} at {finding.place}: {finding.message} {finding.remedy}".rstrip()
    return f"{line} Path: {' > '.join(finding.path)}." if finding.path else line


def _document(error: TaktloomError, findings: tuple[Finding, ...]) -> dict[str, object]:
    return {
        "code": error.code,
        "cause": error.cause,
        "place": {
            "source": error.place.source,
            "line": error.place.line,
            "element_id": error.place.element_id,
        },
        "remedy": error.remedy,
        "parameters": dict(error.parameters),
        "findings": [
            {
                "severity": finding.severity.value,
                "rule": finding.rule,
                "message": finding.message,
                "line": finding.place.line,
                "element_id": finding.place.element_id,
                "remedy": finding.remedy,
                "path": list(finding.path),
            }
            for finding in findings
        ],
    }
