# SPDX-License-Identifier: Apache-2.0
"""`taktloom`, and `python -m taktloom`: the command, which Ctrl+C ends quietly from the first moment on."""

import signal


def main() -> None:
    """The console script.

    While the command is loaded Ctrl+C ends the process as it does any program, instead of showing where it was.
    """
    present = signal.getsignal(signal.SIGINT)
    if present is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    from taktloom.cli.main import main as run_command

    if present is signal.default_int_handler:
        signal.signal(signal.SIGINT, present)
    run_command()


if __name__ == "__main__":
    main()
