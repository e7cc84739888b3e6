# SPDX-License-Identifier: Apache-2.0
"""Py_FatalError() with a text."""
import ctypes


def main():
    ctypes.pythonapi.Py_FatalError(b"configuration is inconsistent")
