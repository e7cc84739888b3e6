# SPDX-License-Identifier: Apache-2.0
"""std::map::at() throws in a function that promised not to."""
from native import cxx


def main():
    cxx().check_limits()
