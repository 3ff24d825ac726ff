# SPDX-License-Identifier: Apache-2.0
"""The databases that the engine stands on: one SQLite file, or PostgreSQL with several engine nodes."""
