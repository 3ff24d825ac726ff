# SPDX-License-Identifier: Apache-2.0
"""What runs the kernel: the embedded engine; each host in its own package, none knowing another."""
