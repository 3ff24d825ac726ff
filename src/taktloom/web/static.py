# SPDX-License-Identifier: Apache-2.0
"""The user interface's files: what the package carries in `_ui`.

Assets have a hash in their name and may be kept for ever; every other path is a page of the single-page application and
gets `index.html`, which is asked for anew each time. Without a build there is one page that says so.
"""

import mimetypes
from importlib.resources import files
from importlib.resources.abc import Traversable

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

from taktloom.app.context import Access

REQUIREMENT = Access.PUBLIC
KEEP = "public, max-age=31536000, immutable"
ASK = "no-cache"
NOT_BUILT = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>Taktloom</title>"
    "<body><h1>The user interface is not built</h1>"
    "<p>Install the package from a wheel, or run <code>./taktloom setup</code> in the repository. "
    "The interface for programs works: <a href='/api/v1/docs'>/api/v1/docs</a>.</p>"
    "<h1 lang='zh-CN'>界面尚未构建</h1>"
    "<p lang='zh-CN'>请安装 wheel 包，或在代码仓库中运行 <code>./taktloom setup</code>。"
    "编程接口可用：<a href='/api/v1/docs'>/api/v1/docs</a>。</p></body></html>"
)

router = APIRouter(include_in_schema=False)


@router.api_route("/{path:path}", methods=["GET", "HEAD"])
def serve_file(path: str, request: Request) -> Response:
    """An asset, or the application's page."""
    folder = files("taktloom").joinpath("_ui")
    asset = _find(folder, path)
    if asset is not None:
        kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
        return Response(asset.read_bytes(), media_type=kind, headers={"Cache-Control": _cache(path)})
    if path.startswith("assets/"):
        return Response("not found", status_code=404, media_type="text/plain")
    index = folder.joinpath("index.html")
    if not index.is_file():
        return HTMLResponse(NOT_BUILT, status_code=503)
    return HTMLResponse(index.read_bytes(), headers={"Cache-Control": ASK})


def _cache(path: str) -> str:
    return KEEP if path.startswith("assets/") else ASK


def _find(folder: Traversable, path: str) -> Traversable | None:
    parts = [part for part in path.split("/") if part]
    if not parts or any(part in {".", ".."} or "\\" in part for part in parts):
        return None
    found = folder.joinpath(*parts)
    return found if found.is_file() else None
