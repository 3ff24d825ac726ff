# SPDX-License-Identifier: Apache-2.0
"""What can be shown of a log without showing a person: noisy graphs, variants of at least k cases, pseudonyms."""
