# SPDX-License-Identifier: Apache-2.0
"""Process maps as pictures, without outside programs."""
