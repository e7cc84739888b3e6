# SPDX-License-Identifier: Apache-2.0
"""An extension module calls the interpreter without the GIL."""
# bug: {"needs": ["headers"]}
import corpusmodule


def main():
    corpusmodule.collect()
