# SPDX-License-Identifier: Apache-2.0
"""The same C helper as in image_without_pixels, led past the end of a mapping."""
import ctypes

from native import lib


def render(stride):
    pixels = ctypes.create_string_buffer(64)
    return lib.image_blur(pixels, ctypes.c_long(stride))


def main():
    render(1 << 20)
