# SPDX-License-Identifier: Apache-2.0
"""Every way to call Python from Python or from C that CPython treats in its own way."""
import functools
import operator
import os
import sys
import time
import weakref

import truth

CHAIN = []


def link(function):
    """Registers one link; a link calls `follow(number + 1)` in its own way."""
    CHAIN.append(function)
    return function


def follow(number, teller):
    return CHAIN[number](number + 1, teller)


class Meta(type):
    def __call__(cls, *arguments):
        return super().__call__(*arguments)


class Base:
    def __init__(self, number, teller):
        self.number, self.teller = number, teller

    def go(self):
        return follow(self.number, self.teller)


class Constructed:
    def __init__(self, number, teller):
        follow(number, teller)


class Special(Base, metaclass=Meta):
    value = property(lambda self: self.go())

    def __add__(self, other):
        return self.go()

    def __getitem__(self, key):
        return self.go()

    def __call__(self, *arguments, **keywords):
        return self.go()

    def __getattr__(self, name):
        if name.startswith("_"):
            raise AttributeError(name)
        return self.go()

    def __format__(self, specification):
        return str(self.go())

    def __iter__(self):
        yield self.go()

    def __lt__(self, other):
        return self.go()

    def __enter__(self):
        return self.go()

    def __exit__(self, *exception):
        return False

    def __contains__(self, item):
        return self.go()

    def __len__(self):
        return self.go()

    def __str__(self):
        return str(self.go())

    def __hash__(self):
        return self.go()

    def __set_name__(self, owner, name):
        self.go()

    def __setattr__(self, name, value):
        object.__setattr__(self, name, value)
        if name == "trigger":
            self.go()


class Derived(Base):
    def __init__(self, number, teller):
        super().__init__(number, teller)
        self.go()


def decorate(function):
    @functools.wraps(function)
    def wrapper(*arguments, **keywords):
        return function(*arguments, **keywords)
    return wrapper


@link
def by_init(number, teller):
    return Constructed(number, teller)


@link
def by_super_init(number, teller):
    return Derived(number, teller)


@link
def by_property(number, teller):
    return Special(number, teller).value


@link
def by_operator(number, teller):
    return Special(number, teller) + 1


@link
def by_subscript(number, teller):
    return Special(number, teller)[0]


@link
def by_call(number, teller):
    return Special(number, teller)(1, *[2, 3], key=4)


@link
def by_getattr(number, teller):
    return Special(number, teller).missing


@link
def by_format(number, teller):
    return f"{Special(number, teller):>3}"


@link
def by_for_loop(number, teller):
    for item in Special(number, teller):
        return item


@link
def by_unpacking(number, teller):
    first, = Special(number, teller)
    return first


@link
def by_sort(number, teller):
    return sorted([Special(number, teller), Special(number, teller)])


@link
def by_with(number, teller):
    with Special(number, teller):
        return 1


@link
def by_contains(number, teller):
    return 1 in Special(number, teller)


@link
def by_truth_value(number, teller):
    if Special(number, teller):
        return 1


@link
def by_str(number, teller):
    return str(Special(number, teller))


@link
def by_hash(number, teller):
    return {Special(number, teller): 1}


@link
def by_class_body(number, teller):
    class Owner:
        member = Special(number, teller)
    return Owner


@link
def by_setattr(number, teller):
    Special(number, teller).trigger = 1


@link
def by_partial(number, teller):
    return functools.partial(follow, number)(teller)


@link
def by_decorated(number, teller):
    return decorate(follow)(number, teller=teller)


@link
def by_methodcaller(number, teller):
    return operator.methodcaller("go")(Base(number, teller))


@link
def by_map(number, teller):
    return list(map(follow, [number], [teller]))


@link
def by_eval(number, teller):
    return eval("follow(number, teller)", globals(), locals())


@link
def by_exec(number, teller):
    exec("if True:\n\n    follow(number, teller)", globals(), {"number": number, "teller": teller})


@link
def by_import(number, teller):
    folder = teller.folder
    with open(os.path.join(folder, "imported_victim.py"), "w") as output:
        output.write("import __main__ as main\n\nmain.follow(main.NUMBER, main.TELLER)\n")
    globals().update(NUMBER=number, TELLER=teller)
    sys.path.insert(0, folder)
    import imported_victim
    return imported_victim


@link
def by_exception_handler(number, teller):
    try:
        raise ValueError(number)
    except ValueError as error:
        try:
            return error.args
        finally:
            follow(number, teller)


@link
def by_generator_throw(number, teller):
    def generator():
        try:
            yield
        except ValueError:
            follow(number, teller)
    running = generator()
    next(running)
    running.throw(ValueError())


@link
def by_generator_close(number, teller):
    def generator():
        try:
            yield
        finally:
            follow(number, teller)
    running = generator()
    next(running)
    running.close()


@link
def by_finalizer(number, teller):
    class Dying(Base):
        def __del__(self):
            self.go()
    Dying(number, teller)


@link
def by_weakref(number, teller):
    class Referent:
        pass
    referent = Referent()
    reference = weakref.ref(referent, lambda dead: follow(number, teller))
    del referent
    return reference


@link
def by_init_subclass(number, teller):
    class Parent:
        def __init_subclass__(cls, **keywords):
            follow(number, teller)

    class Child(Parent):
        pass
    return Child


@link
def by_keyword_only(number, teller):
    def inner(*, number, teller, extra=None, **rest):
        return follow(number, teller)
    return inner(number=number, teller=teller, other=1)


@link
def by_bound_method_in_c(number, teller):
    return min([1], key=Special(number, teller))


@link
def the_last(number, teller):
    for step in teller.then(time.sleep, 1e6):
        step()


def main():
    options = truth.arguments()
    teller = truth.Teller(options, {"gil_holder_tid": None, "gil_waiting_tids": []})
    teller.folder = options.folder
    follow(0, teller)


if __name__ == "__main__":
    main()
