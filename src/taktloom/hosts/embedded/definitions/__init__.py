# SPDX-License-Identifier: Apache-2.0
"""What is deployed: files of processes, forms and decisions, their versions, and drafts."""
