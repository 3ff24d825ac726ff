# SPDX-License-Identifier: Apache-2.0
"""`/engine-rest`: the part of Camunda 7's REST convention that its published clients use, on the same use cases."""
