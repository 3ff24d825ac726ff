# SPDX-License-Identifier: Apache-2.0
"""The identity of a trace as it goes from program to program. Source: W3C Trace Context, level 1, 3.2."""

import re

TRACEPARENT = "traceparent"  # the header's name, over HTTP and in a job
_VALID = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}", re.ASCII)


def valid_traceparent(text: str | None) -> str | None:
    """The header when it is one of version 00; None for anything else, which the standard wants to be ignored."""
    return text if text is not None and _VALID.fullmatch(text) else None
