# SPDX-License-Identifier: Apache-2.0
"""`taktloom lint`, `deploy`."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import deployments, linting
from taktloom.app.calls import calls
from taktloom.cli.failures import REFUSED, finding_line
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, say
from taktloom.model.errors import MisuseError
from taktloom.model.findings import Severity

model_commands = typer.Typer()


@model_commands.command("lint")
@calls(linting.lint_files)
def lint(
    paths: Annotated[list[Path], typer.Argument(help="BPMN and DMN files, and folders of them.", show_default=False)],
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail too.")] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check models as deploying would, and more; exit code 1 when there is an error.

    DMN files may import each other. Example: taktloom lint models/ permit.dmn --strict
    """
    files = {str(path): read_file(path) for path in _models_in(paths)}
    with opened(data) as context:
        findings = linting.lint_files(context, files=files)
    if as_json:
        print_json({"files": list(files), "findings": findings})
    else:
        for finding in findings:
            say(finding_line(finding))
        if not findings:
            say(f"{', '.join(files)}: nothing found.")
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(finding.severity in failing for finding in findings):
        raise typer.Exit(REFUSED)


def _models_in(paths: list[Path]) -> list[Path]:
    """The files themselves, and those in the folders; raises MisuseError for a folder without models."""
    found: dict[Path, None] = {}
    for path in paths:
        inside = sorted(one for kind in ("bpmn", "dmn") for one in path.rglob(f"*.{kind}")) if path.is_dir() else [path]
        if not inside:
            raise MisuseError(
                f"There is no model in {path}.",
                remedy="Name a folder with .bpmn or .dmn files.",
                parameters={"path": str(path)},
            )
        found.update(dict.fromkeys(inside))
    return list(found)


@model_commands.command("deploy")
@calls(deployments.deploy_files)
def deploy(
    files: Annotated[list[Path], typer.Argument(help="BPMN, DMN and form files, deployed together.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Deploy models; all files or none.

    Example: taktloom deploy draft/permit.bpmn draft/permit.dmn
    """
    with opened(data) as context:
        deployment = deployments.deploy_files(context, files={file.name: read_file(file) for file in files})
        if as_json:
            print_json(deployment)
            return
        for process in deployment.processes:
            say(f"process {process.process_id} version {process.version} ({process.resource_name})")
            for finding in process.findings:
                say(f"  {finding_line(finding)}")
        for decision in deployment.decisions:
            say(f"decision {decision.decision_id} version {decision.version} ({decision.resource_name})")
        for form in deployment.forms:
            say(f"form {form.form_id} version {form.version} ({form.resource_name})")
        for finding in deployment.findings:
            say(f"  {finding_line(finding)}")


def read_file(path: Path) -> bytes:
    """The bytes of a file of the user's. Raises MisuseError naming it."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise MisuseError(
            f"{path} cannot be read: {error.strerror}.", remedy="Check the path.", parameters={"path": str(path)}
        ) from error
