# SPDX-License-Identifier: Apache-2.0
"""A lambda below std::function reads through a null pointer."""
from native import cxx


def main():
    cxx().sum_weights(None)
