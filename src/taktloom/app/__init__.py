# SPDX-License-Identifier: Apache-2.0
"""Settings, wiring and the use cases: check permission, call rooms, audit."""
