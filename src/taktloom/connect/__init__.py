# SPDX-License-Identifier: Apache-2.0
"""Outside systems and the job worker loop."""
