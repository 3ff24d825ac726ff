# SPDX-License-Identifier: Apache-2.0
"""Processes and workers that users can run. A package, because installed ones bring an `examples` of their own."""
