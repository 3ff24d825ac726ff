# SPDX-License-Identifier: Apache-2.0
"""What REST takes and gives, one module per resource; the only place of request and response schemas."""
