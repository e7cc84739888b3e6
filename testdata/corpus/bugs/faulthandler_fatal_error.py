# SPDX-License-Identifier: Apache-2.0
"""A fatal error out of C."""
import faulthandler


def crash():
    faulthandler._fatal_error_c_thread()


def main():
    crash()
