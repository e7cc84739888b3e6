# SPDX-License-Identifier: Apache-2.0
"""What the bugs of the corpus call: C and C++ through ctypes."""
import ctypes
import os

lib = ctypes.CDLL(os.environ["CORPUS_C"])
held = ctypes.PyDLL(os.environ["CORPUS_C"])     # keeps the GIL


def cxx():
    return ctypes.CDLL(os.environ["CORPUS_CXX"])
