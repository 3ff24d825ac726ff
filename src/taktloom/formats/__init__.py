# SPDX-License-Identifier: Apache-2.0
"""BPMN and DMN XML to model and back; the one hardened XML reader; every finding with file and line."""
