# SPDX-License-Identifier: Apache-2.0
"""Times of cases and activities: in open time, with open cases, where they wait, and how they look."""
