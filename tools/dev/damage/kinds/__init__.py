# SPDX-License-Identifier: Apache-2.0
"""The kinds of damage, in the order of the report. A kind is a function of (base, ordinal, random): the ordinal
counts through what there is to damage, so that a long run meets all of it."""
from damage.kinds import crowds, cuts, cycles, files, flips, headers, holes, names, notes

KINDS = {
    "cut-behind-frame": cuts.behind_frame,
    "cut-in-headers": cuts.in_headers,
    "cut-in-notes": cuts.in_notes,
    "cut-anywhere": cuts.anywhere,
    "hole": holes.hole,
    "segment-dropped": holes.segment_dropped,
    "segments-dropped": holes.segments_dropped,
    "elf-header": headers.elf_header,
    "program-header": headers.program_header,
    "program-header-flip": headers.program_header_flip,
    "note": notes.absurd,
    "note-dropped": notes.dropped,
    "flip-note": flips.note,
    "flip-runtime": flips.runtime,
    "flip-debug-offsets": flips.debug_offsets,
    "flip-thread-state": flips.thread_state,
    "flip-frame": flips.frame,
    "flip-code": flips.code,
    "flip-type": flips.kind_of_object,
    "flip-string": flips.string,
    "flip-line-table": flips.line_table,
    "flip-link-map": flips.link_map,
    "flip-stack": flips.stack,
    "cycle": cycles.cycle,
    "hostile-name": names.hostile,
    "hostile-file": files.hostile,
    "deep": crowds.deep,
    "many-threads": crowds.many_threads,
}

# Those that cost seconds come this often; all others in turn.
RARE = {"deep": 100, "many-threads": 100}
