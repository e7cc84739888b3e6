# SPDX-License-Identifier: Apache-2.0
"""The parts of tools/dev/damage-storm: real cores, ways to damage them, and what must still hold."""
