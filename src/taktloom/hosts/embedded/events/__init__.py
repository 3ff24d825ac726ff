# SPDX-License-Identifier: Apache-2.0
"""What instances wait for and send: messages, signals, timers, conditions, calls and the outbox."""
