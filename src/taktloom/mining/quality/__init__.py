# SPDX-License-Identifier: Apache-2.0
"""How far an event log can be trusted, and what cannot be known from it."""
