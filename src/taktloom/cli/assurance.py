# SPDX-License-Identifier: Apache-2.0
"""`taktloom assurance run`."""

from pathlib import Path
from typing import Annotated

import typer

from taktloom.app.analyses.cells import duration_text
from taktloom.app.assurance import campaign
from taktloom.app.calls import calls
from taktloom.cli.failures import REFUSED
from taktloom.cli.opening import scratch
from taktloom.cli.output import JsonOption, print_json, print_table, progress_bar, say

assurance_commands = typer.Typer()


@assurance_commands.callback()
def assurance() -> None:
    """Proof of reliability."""


@assurance_commands.command("run")
@calls(campaign.run_assurance)
def run_assurance(
    profile: Annotated[
        campaign.Profile, typer.Option(help="quick: 5,000 runs, 200 power losses; long: 100,000 and 10,000.")
    ] = campaign.Profile.QUICK,
    seed: Annotated[int, typer.Option(min=0, help="First seed; the following runs take the numbers after it.")] = 1,
    runs: Annotated[
        int | None, typer.Option(min=0, help="Runs with all faults.", show_default="of the profile")
    ] = None,
    power_losses: Annotated[
        int | None, typer.Option(min=0, help="Simulated power losses.", show_default="of the profile")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes at once.")] = 1,
    progress: Annotated[
        Path | None, typer.Option(help="File that keeps the progress; a stopped campaign goes on from it.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Run the engine in simulation under faults; each run that breaks a promise is named by its seed.

    Example: taktloom assurance run --profile quick --jobs 2
    """
    usual = campaign.EXTENTS[profile]
    extent = campaign.Extent(
        runs=usual.runs if runs is None else runs,
        power_losses=usual.power_losses if power_losses is None else power_losses,
    )
    with scratch(None) as context, progress_bar("Assurance") as report:
        found = campaign.run_assurance(
            context, seed=seed, extent=extent, jobs=jobs, progress_file=progress, report=report
        )
    print_json(found) if as_json else _say(found)
    if found.failed:
        raise typer.Exit(REFUSED)


def _say(found: campaign.AssuranceReport) -> None:
    say(
        f"Seeds {found.seed} to {found.seed + max(found.runs, found.power_runs, 1) - 1}: {found.runs} runs with all"
        f" faults, {found.power_runs} runs with {found.power_losses} power losses, in"
        f" {duration_text(found.elapsed_s)}; SQLite at sync level {found.sync_level}."
    )
    say(f"{found.steps} steps of clients, {found.instances} instances came to their end.")
    print_table(("fault", "times"), list(found.faults.items()), empty="No fault happened.")
    say(f"lost: {found.lost}, doubled: {found.doubled}, runs that broke a promise: {found.failed}.")
    for failure in found.failures:
        say(f"seed {failure.seed}: {failure.wrong}: {failure.what}")
        say(f"  run it again: {failure.replay}")
