# SPDX-License-Identifier: Apache-2.0
"""One module per BPMN element: what a token does there."""
