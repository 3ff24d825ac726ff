# SPDX-License-Identifier: Apache-2.0
"""FEEL values (placeholder of the type only; the values are in the making in this room)."""

from typing import TypeAlias

FeelValue: TypeAlias = object
