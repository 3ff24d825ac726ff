# SPDX-License-Identifier: Apache-2.0
"""How long until a server on a fresh data folder answers, and what a command costs that needs no analysis.

    python -m benchmarks.startup [--runs 5]

Wall time runs from the start of the process to its line "ready"; CPU seconds are the child's own (user and system), so
that they can be compared on a machine that does other things too. The first run fills Python's bytecode cache and is
printed apart. The budget is 3 s for the server on two quiet cores, 1 s of CPU for a command.
"""

import argparse
import os
import resource
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median

SOURCE = Path(__file__).parent.parent / "src"
SERVER_WALL_S, COMMAND_CPU_S = 3.0, 1.0
COMMANDS = (("--help",), ("incident", "list", "--json"), ("user", "list", "--json"), ("process", "list", "--json"))


def start_server(folder: Path) -> tuple[float, float]:
    """Wall and CPU seconds until the server is ready."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "taktloom", "serve", "--data", str(folder), "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=_environment()) as process:
        assert process.stdout is not None
        first = process.stdout.readline()
        wall = time.perf_counter() - began
        cpu = _cpu_of(process.pid)
        process.send_signal(signal.SIGTERM)
        process.stdout.read()
    if not first:
        raise SystemExit("the server did not start")
    return wall, cpu


def run_command(folder: Path, arguments: tuple[str, ...]) -> tuple[float, float]:
    """Wall and CPU seconds of one command."""
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    command = [sys.executable, "-m", "taktloom", *arguments]
    subprocess.run(command, stdout=subprocess.DEVNULL, env=_environment(TAKTLOOM_DATA=str(folder)), check=True)
    wall, after = time.perf_counter() - began, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> int:
    """Print the figures; 1 when a budget is not met."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=5)
    runs = max(1, parser.parse_args().runs)
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="taktloom-startup-") as folder:
        first_wall, first_cpu = start_server(Path(folder) / "first")
        print(f"server, first run: {first_wall:.2f} s wall, {first_cpu:.2f} s CPU")
        served = [start_server(Path(folder) / str(number)) for number in range(runs)]
        wall, cpu = median(one[0] for one in served), median(one[1] for one in served)
        print(f"server ready: {wall:.2f} s wall, {cpu:.2f} s CPU (median of {runs})")
        costs = []
        for arguments in COMMANDS:
            measured = [run_command(Path(folder) / "commands", arguments) for _ in range(runs)]
            costs.append(median(one[1] for one in measured))
            print(f"taktloom {' '.join(arguments)}: {median(one[0] for one in measured):.2f} s wall, "
                  f"{costs[-1]:.2f} s CPU")  # fmt: skip
    is_met = wall <= SERVER_WALL_S and max(costs) <= COMMAND_CPU_S
    print("budget met" if is_met else f"budget missed: {SERVER_WALL_S} s wall, {COMMAND_CPU_S} s CPU")
    return 0 if is_met else 1


def _environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": str(SOURCE), **more}


def _cpu_of(pid: int) -> float:
    """From /proc: fields 14 and 15 of `stat`, in clock ticks (proc(5))."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
