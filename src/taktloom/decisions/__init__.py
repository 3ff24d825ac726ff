# SPDX-License-Identifier: Apache-2.0
"""DMN: decision tables, hit policies and requirements over compiled FEEL."""
