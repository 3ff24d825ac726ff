# SPDX-License-Identifier: Apache-2.0
"""Identity, access and audit."""
