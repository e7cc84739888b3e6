# SPDX-License-Identifier: Apache-2.0
"""Python code that does not come to an end."""
# bug: {"ends": "hang", "spins": true}


def search(goal):
    position = 0
    while position != goal:
        position = (position + 2) % 1000


def main():
    search(3)
