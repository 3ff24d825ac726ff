# SPDX-License-Identifier: Apache-2.0
"""Who works how, with whom and when: what a log says of the organisation."""
