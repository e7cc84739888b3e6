# SPDX-License-Identifier: Apache-2.0
"""Line tables at their limits: each function calls the next one from an awkward place."""
import os
import time

import truth

# Each entry makes the source of a function body that ends in `return next_one(rest, teller)`.
CALL = "rest[0](rest[1:], teller)"


def far_below(count):
    """The call stands `count` lines below the function's first line."""
    return "    pass\n" + "\n" * count + "    return %s\n" % CALL


def far_right(count):
    """The call begins at column `count` or later."""
    return "    return (%s, %s)\n" % (" " * count + "1", CALL)


def after_much_code(count):
    """The call stands behind `count` statements of one line each."""
    return "".join("    a%d = %d * len('x')\n" % (i, i) for i in range(count)) + far_below(0)


def after_long_line(count):
    """More than 255 bytes of code on one line, then the call on the same line."""
    return "    a = 1; %s; return %s\n" % ("; ".join("a = a + %d" % i for i in range(count)), CALL)


def many_lines():
    """A call whose arguments and brackets are spread over lines."""
    return ("    return dict(\n        one=1,\n        two=(2,\n             3),\n"
            "        three=rest[0](\n            rest[1:],\n\n            teller\n        ),\n"
            "        four=4)\n")


def backwards():
    """Instructions that go back to an earlier line: a multi-line call in a loop."""
    return ("    for number in range(2):\n        if number:\n            return (rest[0]\n"
            "                    (rest[1:],\n                     teller))\n")


def many_line_span(count):
    """The call's end line is `count` lines below its beginning."""
    return "    return rest[0](rest[1:],%s    teller)\n" % ("\n" * count)


def comprehension():
    return "    return [[{%s for _ in (1,)} for _ in (1,)]\n        for _ in (1,)]\n" % CALL


def generator():
    return "    return list(%s for _ in range(1)\n        if True)\n" % CALL


def lambdas():
    return "    return (lambda:\n        (lambda: %s)())()\n" % CALL


def decorator():
    return ("    call = lambda function: %s\n    @call\n    def decorated():\n        pass\n"
            % CALL)


def class_body():
    return "    class Body:\n        value = 1\n        other = %s\n" % CALL


def default_argument():
    return "    def inner(\n        value=%s,\n    ):\n        pass\n" % CALL


def format_string():
    return "    return f'{1}{len(\"a\")} {%s!r:>10}'\n" % CALL


def chained_comparison():
    return "    return 1 < 2 < %s < 3\n" % CALL


def conditional():
    return "    return 1 if not teller else (\n        2 and\n        %s)\n" % CALL


def with_block():
    return ("    import contextlib\n    with contextlib.suppress(ValueError), \\\n"
            "         contextlib.suppress(KeyError):\n        return %s\n" % CALL)


def exception_handler():
    return ("    try:\n        raise ValueError\n    except ValueError:\n        try:\n"
            "            pass\n        finally:\n            %s\n" % CALL)


def operator_call():
    return ("    class Number:\n        def __add__(self, other):\n            return %s\n"
            "    return (Number()\n            +\n            1)\n" % CALL)


def star_arguments():
    return "    return rest[0](*[\n        rest[1:]],\n        **{'teller': teller})\n"


def assert_statement():
    return "    assert %s, \\\n        'message'\n" % CALL


def augmented_assignment():
    return "    total = [0]\n    total[\n        0] += %s\n" % CALL


BODIES = [far_below(0), far_below(127), far_below(128), far_below(255), far_below(300),
          far_below(70000), far_right(100), far_right(127), far_right(128), far_right(255),
          far_right(256), far_right(5000), after_much_code(100), after_much_code(400),
          after_long_line(40), after_long_line(400), many_lines(), backwards(),
          many_line_span(5), many_line_span(200), many_line_span(3000), comprehension(),
          generator(), lambdas(), decorator(), class_body(), default_argument(), format_string(),
          chained_comparison(), conditional(), with_block(), exception_handler(), operator_call(),
          star_arguments(), assert_statement(), augmented_assignment()]


def make_functions(folder):
    """One file with all functions, so that first lines lie far apart too."""
    source = "".join("def function_%d(rest, teller):\n%s\n" % item for item in enumerate(BODIES))
    path = os.path.join(folder, "generated_lines.py")
    with open(path, "w", encoding="utf-8") as output:
        output.write(source)
    scope = {}
    exec(compile(source, path, "exec"), scope)
    return [scope["function_%d" % index] for index in range(len(BODIES))]


def last_one(rest, teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    options = truth.arguments()
    teller = truth.Teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    functions = make_functions(options.folder) + [last_one]
    functions[0](functions[1:], teller)


if __name__ == "__main__":
    main()
