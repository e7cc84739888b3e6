# SPDX-License-Identifier: Apache-2.0
"""What others would call the same core: the plain methods that signatures are measured beside.

The native ones are given what is hard by hand: the thread that crashed, and the place below the machinery of dying.
"""


def keys_of(document):
    thread = chosen_thread(document)
    frames = thread["frames"] if thread else []
    natives = natives_from_site(frames)
    pythons = [frame for frame in reversed(frames) if frame["kind"] == "python"]
    innermost = pythons[0] if pythons else {}
    signal = (document["process"]["signal"] or {}).get("name")
    keys = {"top-%d native" % count: (signal, *natives[:count]) for count in (1, 3, 5)}
    keys["Python line"] = (innermost.get("file"), innermost.get("line"))
    keys["Python function"] = (innermost.get("file", "").rsplit("/", 1)[-1], innermost.get("function"))
    keys["faulthandler's stack"] = faulthandler_text(document)
    return keys


def chosen_thread(document):
    threads = document["threads"]
    for wanted in ("crashed", "main"):
        for thread in threads:
            if thread[wanted]:
                return thread
    return threads[0] if threads else None


def natives_from_site(frames):
    """Innermost first, from the crash site on."""
    site = next((i for i, frame in enumerate(frames) if frame.get("crash_site")), len(frames) - 1)
    return [frame["function"] for frame in reversed(frames[:site + 1]) if frame["kind"] == "native"]


def faulthandler_text(document):
    return tuple((frame["file"], frame["line"], frame["function"]) for thread in document["threads"]
                 for frame in reversed(thread["frames"]) if frame["kind"] == "python")


def fitting_keys(signature):
    """Signatures of other sizes, from the frames that the rules leave: what the size of L1 was chosen by."""
    if signature["hang"]:
        hang = tuple(sorted({(t["role"], t["wait"], t["python"], t["native"]) for t in signature["threads"]}))
        names = ["fit %dn%dp" % (n, p) for n in range(4) for p in range(3)]
        return dict.fromkeys(names + ["fit site: " + name for name in SITES], hang)
    sites = {"fit site: " + name: (signature["reason"].split(",")[0], choose(innermost_run(signature)),
                                   signature["python_site"]) for name, choose in SITES.items()}
    kept = [frame for frame in reversed(signature["frames"]) if frame["kept"]]
    pythons = [frame["text"] for frame in kept if frame["kind"] == "python"]
    natives = [frame["text"] for frame in kept if frame["kind"] == "native"]
    reason = signature["reason"].split(",")[0]
    sizes = {"fit %dn%dp" % (n, p): (reason, *natives[:n], *pythons[:p]) for n in range(4) for p in range(3)}
    return {**sizes, **sites}


def innermost_run(signature):
    """The kept native frames above the last Python frame, without the tools of others, innermost first."""
    run = []
    for frame in reversed(signature["frames"]):
        if frame["kind"] == "python":
            break
        if frame["kept"] and frame["rule"] in (None, "site"):
            run.append(frame["text"])
    return run


def is_own(text):
    return not text.startswith(("python!", "libc!"))


def is_exported(text):
    return text.split("!", 1)[1].startswith(("Py", "_Py"))


def first(texts):
    return next(iter(texts), "")


# Which native frame stands for the place: candidates that L1 was chosen from.
SITES = {
    "innermost": first,
    "outermost": lambda run: first(reversed(run)),
    "own, else innermost": lambda run: first([t for t in run if is_own(t)] or run),
    "own, else exported": lambda run: first([t for t in run if is_own(t)] or [t for t in run if is_exported(t)]),
    "own, else outermost": lambda run: first([t for t in run if is_own(t)] or list(reversed(run))),
    "own, else none": lambda run: first([t for t in run if is_own(t)]),
    "outermost own, else exported": lambda run: first([t for t in reversed(run) if is_own(t)] or
                                                      [t for t in run if is_exported(t)]),
}
