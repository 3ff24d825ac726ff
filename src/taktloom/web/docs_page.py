# SPDX-License-Identifier: Apache-2.0
"""The interface's documentation as one plain page, made from the OpenAPI document: nothing is loaded from elsewhere."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

STYLE = (
    "body{font:14px/1.5 system-ui,'Noto Sans SC',sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "code{font-family:ui-monospace,monospace}dt{margin-top:1rem}dd{margin-left:2rem;color:#444}"
)


def docs_page(document: Mapping[str, Any]) -> str:
    """HTML that lists every operation with its permission."""
    parts = [f"<dt id='{escape(one)}'>{two}</dt><dd>{three}</dd>" for one, two, three in _operations(document)]
    return (
        f"<!doctype html><html lang='en'><meta charset='utf-8'><title>Taktloom API</title><style>{STYLE}</style>"
        f"<body><h1>Taktloom API {escape(document['info']['version'])}</h1>"
        "<p>The whole contract: <a href='/api/v1/openapi.json'>openapi.json</a>.</p>"
        f"<dl>{''.join(parts)}</dl></body></html>"
    )


def _operations(document: Mapping[str, Any]) -> Iterable[tuple[str, str, str]]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            head = f"<code>{method.upper()} {escape(path)}</code>"
            permission = escape(", ".join(operation.get("x-permission", [])))
            text = f"{escape(operation.get('description', ''))} <em>({permission})</em>"
            yield operation["operationId"], head, text
