# SPDX-License-Identifier: Apache-2.0
"""Compares the variables that `pycore stacks --locals` tells with those that the program told.

    differences = truth_locals.compare(truth["expect"]["locals"], report, files_at_hand=True)

`wanted` is what testdata/programs/local_variables.py wrote: by function, the arguments in order and values by name.
"""


def compare(wanted, report, files_at_hand):
    """Sentences; none where nobody asked for variables."""
    frames = [frame for thread in report["threads"] for frame in thread["frames"] if "locals" in frame]
    told = {frame["function"]: frame for frame in frames}
    for function in sorted(set(wanted) if told else ()):
        if function not in told:
            yield "%s has no frame" % function
        else:
            yield from compare_function(function, wanted[function], told[function]["locals"], files_at_hand)


def compare_function(function, wanted, variables, files_at_hand):
    arguments = [each["name"] for each in variables if each["kind"] == "argument"]
    if arguments != wanted["arguments"]:
        yield "%s has the arguments %s, told %s" % (function, wanted["arguments"], arguments)
    told = {each["name"]: each for each in variables if each["name"] not in wanted["untold"]}
    if len(told) != sum(each["name"] in told for each in variables):
        yield "%s has a variable twice: %s" % (function, [each["name"] for each in variables])
    for name in sorted(set(told) | set(wanted["values"])):
        if name not in told or name not in wanted["values"]:
            yield "%s: %s is %s" % (function, name, "left out" if name not in told else "not there, but told")
        elif not is_right(wanted["values"][name], wanted["types"][name], told[name], files_at_hand):
            yield "%s: %s is %s %s, told %s %s" % (function, name, wanted["types"][name], wanted["values"][name],
                                                   told[name]["type"], told[name]["value"])


def is_right(value, kind, told, files_at_hand):
    """The names of most built-in types stand in the interpreter's file: without it they may be unknown."""
    if told["value"] == value and told["type"] == kind:
        return True
    return not files_at_hand and (told["type"] is None or "<object at " in told["value"])
