# SPDX-License-Identifier: Apache-2.0
"""Why cases differ: root causes, two cohorts compared, points of drift, clusters of variants."""
