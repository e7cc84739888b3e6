# SPDX-License-Identifier: Apache-2.0
"""A crash in a child of multiprocessing."""
import multiprocessing

from native import lib


def work(text):
    lib.measure(text)


def main():
    context = multiprocessing.get_context("fork")
    child = context.Process(target=work, args=(None,))
    child.start()
    child.join()
