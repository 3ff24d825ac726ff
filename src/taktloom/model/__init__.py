# SPDX-License-Identifier: Apache-2.0
"""What things are: definitions, event and journal schemas, places, findings, errors; data only."""
