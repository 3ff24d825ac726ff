# SPDX-License-Identifier: Apache-2.0
"""`taktloom lint`, `deploy`."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app import deployments
from taktloom.app.calls import calls
from taktloom.cli.failures import REFUSED, finding_line
from taktloom.cli.opening import opened
from taktloom.cli.output import DataOption, JsonOption, print_json, say
from taktloom.model.errors import MisuseError
from taktloom.model.findings import Severity

model_commands = typer.Typer()


@model_commands.command("lint")
@calls(deployments.lint_file)
def lint(
    file: Annotated[Path, typer.Argument(help="A BPMN or DMN file.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check a model as deploying would; exit code 1 when it could not be deployed."""
    with opened(data) as context:
        findings = deployments.lint_file(context, name=file.name, content=read_file(file))
    if as_json:
        print_json({"findings": findings})
    else:
        for finding in findings:
            say(finding_line(finding))
        if not findings:
            say(f"{file}: nothing found.")
    if any(finding.severity is Severity.ERROR for finding in findings):
        raise typer.Exit(REFUSED)


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
