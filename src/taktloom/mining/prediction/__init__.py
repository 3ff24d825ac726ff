# SPDX-License-Identifier: Apache-2.0
"""What comes next in a running case: next activity, remaining time, outcome, each with how sure it is."""
