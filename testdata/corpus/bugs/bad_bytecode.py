# SPDX-License-Identifier: Apache-2.0
"""A code object whose instructions reach outside of it."""
def victim():
    return 1


def patch(function):
    code = function.__code__
    broken = bytes([100, 255] * 4) if len(code.co_code) < 8 else code.co_code[:2] + bytes([124, 250, 83, 0])
    function.__code__ = code.replace(co_code=broken, co_stacksize=1)


def main():
    patch(victim)
    victim()
