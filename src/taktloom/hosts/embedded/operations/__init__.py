# SPDX-License-Identifier: Apache-2.0
"""What operators do with running processes: incidents, modification, migration, batches, retention."""
