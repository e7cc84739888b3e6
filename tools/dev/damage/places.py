# SPDX-License-Identifier: Apache-2.0
"""Ranges of a file, and whether damage touched them."""
import bisect


class Ranges:
    def __init__(self, ranges):
        """`ranges`: (offset, size) in the sound core's file."""
        self.ranges = sorted((begin, begin + size) for begin, size in ranges if size > 0)
        self.begins = [begin for begin, _ in self.ranges]
        self.longest = max((end - begin for begin, end in self.ranges), default=0)

    def touch(self, begin, size):
        i = bisect.bisect_left(self.begins, begin + size)
        while i > 0 and self.begins[i - 1] + self.longest > begin:
            i -= 1
            if self.ranges[i][1] > begin and self.ranges[i][0] < begin + size:
                return True
        return False
