# SPDX-License-Identifier: Apache-2.0
"""faulthandler._sigsegv() as a test would call it."""
import faulthandler


def crash():
    faulthandler._sigsegv()


def main():
    crash()
