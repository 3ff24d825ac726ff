# SPDX-License-Identifier: Apache-2.0
"""Event logs from files (CSV, XES, Parquet) to one canonical layout, and the catalogue of imported logs."""
