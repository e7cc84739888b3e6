# SPDX-License-Identifier: Apache-2.0
"""A stack of frame objects as the truth tells it; needs no module but builtin ones.

    frames = truth_frames.describe_stack(sys._getframe())
"""
import itertools

EXACT_FIELDS = ["function", "qualname", "file", "line", "column", "end_line", "end_column"]


def describe_frame(frame):
    """One frame object as a dict; unknown is None."""
    code = frame.f_code
    line, column, end_line, end_column = frame.f_lineno, None, None, None
    if hasattr(code, "co_positions"):
        line, end_line, column, end_column = position_of(code, frame.f_lasti, line)
    return {"function": code.co_name, "qualname": getattr(code, "co_qualname", None),
            "file": code.co_filename, "line": line, "column": column,
            "end_line": end_line, "end_column": end_column}


def position_of(code, last_instruction, line):
    """The positions of one instruction, or only its line where the code keeps no columns."""
    index = max(last_instruction, 0) // 2
    for position in itertools.islice(code.co_positions(), index, index + 1):
        return position[0], position[1], position[2], position[3]
    return line, None, None, None


def describe_stack(frame):
    """Frames of a stack, most recent call last."""
    frames = []
    while frame is not None:
        frames.append(describe_frame(frame))
        frame = frame.f_back
    frames.reverse()
    return frames
