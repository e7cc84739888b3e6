# SPDX-License-Identifier: Apache-2.0
# victim: {"options": ["--locals"]}
"""Variables of every kind, in functions, methods, closures, generators, comprehensions and coroutines.

The truth holds, by function, which variables there are, which of them are arguments, and their values as `say` writes
them: by the rules of `pycore stacks --locals`, with Python's own repr() wherever that has the same rule.
"""
import asyncio
import collections
import enum
import functools
import json
import math
import sys
import threading
import time
import types

import truth

ITEMS, CHARACTERS, DEPTH, BITS = 32, 256, 2, 4000
UNTOLD = {"step"}       # they change between the telling and the end


def say(value, path=()):
    """What pycore says of a value; `path` holds the containers around it."""
    for kind, says in KINDS:
        if isinstance(value, kind):
            return says(value, path)
    return object.__repr__(value)


def say_number(value, path):
    if isinstance(value, int) and value.bit_length() > BITS:
        return wrapped(value, int, "<int of %d bits>" % value.bit_length())
    kind = next(kind for kind in (bool, int, float, complex) if isinstance(value, kind))
    return wrapped(value, kind, repr(kind(value)))


def say_text(value, path):
    kind = next(kind for kind in (str, bytes, bytearray) if isinstance(value, kind))
    plain = bytes(value) if kind is bytearray else kind(value)
    text = repr(plain[:CHARACTERS]) + more(len(value), CHARACTERS)
    return "%s(%s)" % (type(value).__name__, text) if kind is bytearray else wrapped(value, kind, text)


def more(size, told):
    return "\u2026 %d more" % (size - told) if size > told else ""


def wrapped(value, kind, text):
    return text if type(value) is kind else "%s(%s)" % (type(value).__name__, text)


def say_items(texts, size, path):
    if size and len(path) >= DEPTH:
        return "\u2026"
    return ", ".join(texts + [more(size, ITEMS)] * (size > ITEMS))


def is_within(value, path):
    return any(value is outer for outer in path)


def some(items):
    return [item for item, _ in zip(items, range(ITEMS))]


def say_list(value, path):
    if is_within(value, path):
        return "[...]"
    texts = [say(item, path + (value,)) for item in some(list.__iter__(value))] if len(path) < DEPTH else []
    return wrapped(value, list, "[%s]" % say_items(texts, len(value), path))


def say_tuple(value, path):
    texts = [say(item, path + (value,)) for item in some(value)] if len(path) < DEPTH else []
    text = say_items(texts, len(value), path)
    exact = type(value) is tuple
    comma = "," if exact and len(value) == 1 and len(path) < DEPTH else ""
    return "%s(%s%s)" % ("" if exact else type(value).__name__, text, comma)


def say_dict(value, path):
    if is_within(value, path):
        return "{...}"
    inner = path + (value,)
    texts = ["%s: %s" % (say(key, inner), say(item, inner)) for key, item in some(value.items())]
    return wrapped(value, dict, "{%s}" % say_items(texts if len(path) < DEPTH else [], len(value), path))


def say_set(value, path):
    name = type(value).__name__
    if not value:
        return name + "()"
    texts = [say(item, path + (value,)) for item in some(value)] if len(path) < DEPTH else []
    text = "{%s}" % say_items(texts, len(value), path)
    return text if type(value) is set else "%s(%s)" % (name, text)


def say_exception(value, path):
    return type(value).__name__ + say_tuple(value.args, path).replace(",)", ")")


def say_class(value, path):
    module = value.__module__
    return "<class '%s'>" % (value.__qualname__ if module == "builtins" else module + "." + value.__qualname__)


def as_python_does(value, path):
    return repr(value)


KINDS = [
    (type(None), as_python_does), (type(Ellipsis), as_python_does), (type(NotImplemented), as_python_does),
    ((int, float, complex), say_number), ((str, bytes, bytearray), say_text), (list, say_list), (tuple, say_tuple),
    (dict, say_dict), ((set, frozenset), say_set), (BaseException, say_exception), (type, say_class),
    (types.ModuleType, lambda value, path: "<module '%s'>" % value.__name__),
    (types.MethodType, lambda value, path: "<bound method %s of %s>" % (
        value.__func__.__qualname__, say(value.__self__, path + (value,)))),
    ((types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.GeneratorType, types.CoroutineType,
      types.AsyncGeneratorType, range, slice), as_python_does)]


class LocalsTeller(truth.Teller):
    """Tells the variables of this program's functions as well."""

    def wait_until_settled(self):
        super().wait_until_settled()
        self.expect["locals"], own = {}, sys._getframe().f_code
        for frame in sys._current_frames().values():
            while frame is not None:
                # Class bodies and modules keep their names in a dict, not in the frame.
                is_function = frame.f_code.co_flags & 1
                if is_function and frame.f_code.co_filename == __file__ and frame.f_code is not own:
                    self.expect["locals"][frame.f_code.co_name] = describe(frame)
                frame = frame.f_back


def describe(frame):
    code, variables = frame.f_code, dict(frame.f_locals)
    positional, count = code.co_argcount, code.co_argcount + code.co_kwonlyargcount
    names = list(code.co_varnames[:positional])
    if code.co_flags & 4:
        names.append(code.co_varnames[count])
    names += code.co_varnames[positional:count]
    if code.co_flags & 8:
        names.append(code.co_varnames[count + bool(code.co_flags & 4)])
    return {"arguments": [name for name in names if name in variables], "untold": sorted(UNTOLD),
            "values": {name: say(value) for name, value in variables.items() if name not in UNTOLD},
            "types": {name: type_name(value) for name, value in variables.items() if name not in UNTOLD}}


def type_name(value):
    kind = type(value)
    return kind.__qualname__ if kind.__module__ == "builtins" else kind.__module__ + "." + kind.__qualname__


class Color(enum.IntEnum):
    RED = 3


class Text(str):
    pass


class Items(list):
    pass


class Real(float):
    pass


class Slots:
    __slots__ = ("one",)


class Oops(ValueError):
    pass


Point = collections.namedtuple("Point", "x y")


def numbers(follow):
    zero, one, minus, digit, below = 0, 1, -1, 2 ** 30, 2 ** 30 - 1
    large, negative = 3 ** 400, -7 ** 100
    too_large, just = -(1 << 5000), (1 << 4000) - 1
    yes, no, nothing, dots, never = True, False, None, ..., NotImplemented
    small, exponent, big, inexact, infinite = 1e-5, 1e16, 123456789012345.0, 0.1 + 0.2, -math.inf
    not_a_number, minus_zero, tiny = math.nan, -0.0, 5e-324
    imaginary, both, signed = 2j, 1.5 - 2j, complex(-0.0, 1)
    color, real = Color.RED, Real(2.5)
    follow.pop()(follow)


def texts(follow):
    empty, plain, quote, quotes = "", "plain", "it's", "it's \"so\""
    controls, latin, wide, astral = "\t\n\r\x00\x1b\x7f\x85\xa0\\", "Gr\xfc\xdfe", "\u65e5\u672c\u8a9e", "\U0001f40d!"
    lone, bidirectional, separator = "\udc80\ud800", "\u202eevil", "\u2028"
    exact, longer, longer_wide = "x" * 256, "x" * 257 + "'", "\u20ac" * 1000
    kind = Text("sub\u20acclass")
    data, escapes, no_bytes, long_data = b"data", b"\x00\xff'\\", b"", bytes(range(256)) * 2
    array, no_array, long_array = bytearray(b"array"), bytearray(), bytearray(b"\n" * 300)
    moved = bytearray(b"0123456789")
    del moved[:3]
    größe = "non-ASCII"
    follow.pop()(follow)


def containers(follow):
    empty_list, empty_tuple, empty_dict, empty_set, empty_frozen = [], (), {}, set(), frozenset()
    numbers_32, numbers_33, thousand = list(range(32)), tuple(range(33)), list(range(1000))
    one, pair, nested, deep = (1,), (1, "two"), [1, [2, (3, [4])], {"a": {"b": {"c": 1}}}], [[[[]]], [[()]], [[{}]]]
    cycle, table = [1], {}
    cycle.append(cycle)
    table["self"] = table
    ordered = {"b": 1, "a": 2, 3: "three", None: [], (1, 2): {}, 1.5: True}
    holes = {number: str(number) for number in range(100)}
    for number in range(90):
        del holes[number]
    large = {str(number): number for number in range(300)}
    words, frozen, many = {"one", 2, (3,)}, frozenset(["f"]), set(range(500))
    gone = set(range(100))
    gone -= set(range(95))
    items, point, counter = Items([1, 2]), Point(1, y=[2]), collections.Counter("aab")
    by_default = collections.defaultdict(list, key=[1])
    in_order = collections.OrderedDict([("z", 1), ("a", 2)])
    steps, cut, all_of = range(10), range(1, 10, 3), slice(None, 5)
    follow.pop()(follow)


class Worker:
    """An instance whose attributes are in a table that it shares with others of its class."""

    def __init__(self):
        self.name, self.count, self.parent = "worker", 3, None

    def objects(self, follow):
        attributes = vars(self)
        backwards = vars(Backwards())
        kind, builtin, module, function, own = Worker, int, json, say, type(self)
        method, bound, c_function = self.objects, follow.append, time.sleep
        code, generator, partial = say.__code__, (each for each in [1]), functools.partial(say, 1)
        error, no_arguments, nested_error = ValueError("bad", 1), KeyError(), Oops(OSError(2, "gone"))
        queue, lock, slots, plain = collections.deque([1]), threading.Lock(), Slots(), object()
        metaclass, exception_class, static = type, Oops, collections.OrderedDict
        parent, wrapper, own_class = super(), super().__init__, __class__
        follow.pop()(follow)


class Backwards:
    def __init__(self):
        self.first = 1
        self.second = 2
        del self.first
        self.third = 3
        self.first = 4


def signature(follow, other=2, *rest, key, default="d", **keywords):
    local = key
    follow.pop()(follow)


def closures(follow, seen, changed=1):
    cell, unset = "of the outer", None
    del unset

    def inner(argument, kept=5):
        nonlocal changed
        changed = [changed, cell]
        own = seen

        def innermost():
            free = (kept, cell, own, argument)
            follow.pop()(follow)
        innermost()
        return unset
    inner({"a": seen})


def comprehensions(follow):
    before = 7
    return [follow.pop()(follow) for item in [before] for other in (item, item)]


def generator(follow):
    sent = yield "first"
    with_try = [sent]
    try:
        follow.pop()(follow)
    finally:
        del with_try


def run_generator(follow):
    running = generator(follow)
    next(running)
    running.send("sent")


async def coroutine(follow, delay=0.5):
    result = await awaited(follow)
    return result


async def awaited(follow):
    inside = {"awaited": True}
    follow.pop()(follow)


def run_coroutine(follow):
    running = coroutine(follow)
    running.send(None)


def with_class_body(follow):
    outer = 5

    class Inner:
        number = outer
        follow.pop()(follow)


def with_exception(follow):
    try:
        raise Oops("handled")
    except Oops as error:
        follow.pop()(follow)


def delete_argument(follow, argument=3):
    del argument
    follow.pop()(follow)


def waits(lock, number):
    mine = ["of a thread", number]
    with lock:
        return mine


def the_last(follow):
    teller = TELLER[0]
    for step in teller.then(time.sleep, 1e6):
        step()


TELLER = []


def main():
    options = truth.arguments()
    TELLER.append(LocalsTeller(options, {"gil_holder_tid": None, "gil_waiting_tids": []}))
    lock = threading.Lock()
    lock.acquire()
    threading.Thread(target=waits, args=(lock, 8), daemon=True).start()
    worker = Worker()
    follow = [the_last, delete_argument, with_exception, with_class_body, run_coroutine, run_generator, comprehensions,
              functools.partial(closures, seen="seen"),
              functools.partial(signature, key="k", other=3, more={"m": 1}), worker.objects, containers, texts, numbers]
    follow.pop()(follow)


if __name__ == "__main__":
    main()
