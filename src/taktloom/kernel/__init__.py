# SPDX-License-Identifier: Apache-2.0
"""The BPMN interpreter: kernel events in, commands out; pure and deterministic."""
