# SPDX-License-Identifier: Apache-2.0
"""Notes with impossible sizes and counts, and cores that lack some of them."""
from damage.case import Case, overwrite
from damage.core_file import NT_FILE, all_loads, raw_notes, write_core
from damage.kinds.headers import absurd as absurd_value


def absurd_note(base, ordinal, random):
    note = base.core.notes[ordinal // 3 % len(base.core.notes)]
    field = ("namesz", "descsz", "type")[ordinal % 3]
    at = {"namesz": 0, "descsz": 4, "type": 8}[field]
    case = overwrite(base.core, [(note.offset + at, absurd_value("I", random))],
                     "absurd %s of note %d" % (field, note.type))
    case.damaged.append((note.offset, note.end - note.offset))
    return case


def absurd_file_note(base, random):
    note = base.core.notes_of(NT_FILE)[0]
    at = random.choice((0, 8, 16 + 8 * random.randrange(max(1, (note.size - 16) // 8))))
    return overwrite(base.core, [(note.content + at, absurd_value("Q", random))], "absurd word %d of NT_FILE" % (at // 8))


def absurd(base, ordinal, random):
    if ordinal % 4 == 3 and base.core.notes_of(NT_FILE):
        return absurd_file_note(base, random)
    return absurd_note(base, ordinal, random)


def dropped(base, ordinal, random):
    """Written anew without one of its notes, or with only some."""
    notes = raw_notes(base.core)
    if ordinal % 3:
        gone = {ordinal // 3 % len(notes)}
    else:
        gone = set(random.sample(range(len(notes)), random.randrange(1, len(notes) + 1)))
    kept = b"".join(content for i, (_, content) in enumerate(notes) if i not in gone)
    damaged = [(notes[i][0].offset, len(notes[i][1])) for i in gone]
    return Case("written without notes %s" % sorted(gone), write_core(base.core, kept, all_loads(base.core)), damaged)
