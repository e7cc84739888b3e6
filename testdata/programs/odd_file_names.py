# SPDX-License-Identifier: Apache-2.0
"""Code whose file name is no file name: empty, with newlines and quotes, lone surrogates, long."""
import time

import truth

FILE_NAMES = ["", "two\nlines", "quote\"and'quote", "tab\tand\x1b[31mred", "lone-\udc80-surrogate",
              "<string>", "/nowhere/at/all.py", "\u202ertl.py", "back\\slash", "x" * 4000,
              "nul\x01byte", "日本/" * 100]
LEVEL = "def level_%d(rest, last):\n    return rest[0](rest[1:], last)\n"


def make_level(number, file_name):
    scope = {}
    exec(compile(LEVEL % number, file_name, "exec"), scope)
    return scope["level_%d" % number]


def last_level(rest, teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    teller = truth.Teller(truth.arguments(), {"gil_holder_tid": None, "gil_waiting_tids": []})
    levels = [make_level(number, name) for number, name in enumerate(FILE_NAMES)] + [last_level]
    levels[0](levels[1:], teller)


if __name__ == "__main__":
    main()
