# SPDX-License-Identifier: Apache-2.0
"""Work that waits for somebody: jobs for workers, tasks for people, and their forms."""
