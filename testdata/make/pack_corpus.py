# SPDX-License-Identifier: Apache-2.0
"""A part of the labelled corpus in one small file, without what names the machine that it was made on."""
import io
import lzma
import os
import re
import tarfile

# Of every bug: builds of all kinds, with symbols and without; circumstances on two of them.
EVERYWHERE = ("pyenv-3.8.18", "pyenv-3.12.1", "debian-bullseye-3.9.2d", "debian-trixie-3.13.5", "debian-sid-3.14.10d",
              "debian-sid-3.15.2", "bytedeco-3.10.8", "uv-3.11.11")
CIRCUMSTANCES = ("pyenv-3.12.1", "bytedeco-3.10.8")
LONGEST = 1_500_000     # bytes of a document; deeper recursion tells no more


def choose(documents):
    return [path for path in sorted(documents) if is_chosen(path) and path.stat().st_size < LONGEST]


def is_chosen(path):
    _, interpreter, variant = path.stem.split("@")
    return interpreter in (EVERYWHERE if variant == "plain" else CIRCUMSTANCES)


def anonymous(text, checkout):
    text = re.sub(r"[^\s\"']*/corpus/work/[0-9]+-[0-9]+", "/srv/run", text)
    text = text.replace(str(checkout), "/srv/pycore").replace(os.path.expanduser("~"), "/home/user")
    return re.sub(r'"host": *"[^"]*"', '"host": "node"', text)


def pack(documents, target, checkout):
    """How many documents went into the .tar.xz."""
    chosen = choose(documents)
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for path in chosen:
            text = anonymous(path.read_text(), checkout).encode()
            entry = tarfile.TarInfo(path.name)
            entry.size = len(text)
            archive.addfile(entry, io.BytesIO(text))
    target.write_bytes(lzma.compress(raw.getvalue(), preset=9 | lzma.PRESET_EXTREME))
    return len(chosen)
