# SPDX-License-Identifier: Apache-2.0
"""Giving an event to the kernel and carrying out its commands, in one transaction."""
