# SPDX-License-Identifier: Apache-2.0
"""A ctypes structure laid over a null pointer."""
import ctypes


class Packet(ctypes.Structure):
    _fields_ = [("size", ctypes.c_int), ("kind", ctypes.c_int)]


def main():
    packet = Packet.from_address(8)
    print(packet.kind)
