# SPDX-License-Identifier: Apache-2.0
"""FEEL (DMN 1.5): values, lexer, parser, built-ins and compiler of the one expression language."""
