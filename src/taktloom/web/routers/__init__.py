# SPDX-License-Identifier: Apache-2.0
"""One router per resource of `/api/v1`; each endpoint turns HTTP into the call of one use case and back."""
