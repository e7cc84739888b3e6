# SPDX-License-Identifier: Apache-2.0
"""Where real CPython interpreters for tests come from; used by `tools/dev/interpreters`.

    from interpreter_sources import debian
    for interpreter in debian.find(): print(interpreter.name)

Each source module has `fetch(selection)`, which prepares what it can below the cache folder,
`find()`, which yields the `Interpreter`s that are there, and `offers()`, the sources that this
machine could fetch from. Neither fails for want of a source: what
cannot be reached is said in one sentence.
"""
