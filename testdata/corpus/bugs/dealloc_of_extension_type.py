# SPDX-License-Identifier: Apache-2.0
"""A type's own dealloc writes through a null pointer."""
# bug: {"needs": ["headers"]}
import corpusmodule


def build():
    corpusmodule.Buffer()


def main():
    build()
