# SPDX-License-Identifier: Apache-2.0
"""The BPMN interpreter: kernel events in, commands out; pure and deterministic."""

from taktloom.kernel.compile import compile_process
from taktloom.kernel.compile import compile_process as compile  # noqa: A004  (the design's name; import the other one)
from taktloom.kernel.executable import ExecutableProcess
from taktloom.kernel.state import InstanceState
from taktloom.kernel.step import step

__all__ = ["ExecutableProcess", "InstanceState", "compile", "compile_process", "step"]
