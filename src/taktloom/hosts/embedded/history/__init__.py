# SPDX-License-Identifier: Apache-2.0
"""What happened: rows of the event log, measurements, and instances as they were at any event."""
