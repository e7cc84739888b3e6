# SPDX-License-Identifier: Apache-2.0
"""The scripts that hold the house together find what they are there to find."""
import pathlib
import subprocess
import sys

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]

LAYERS = """
pycore_layer(base SOURCES a.cpp)
pycore_layer(memory
  SOURCES b.cpp
  USES base)  # a comment
pycore_layer(report SOURCES c.cpp USES base)
"""


def check_layers(root, files, layers=LAYERS):
    (root / "lib").mkdir()
    (root / "tools").mkdir()
    (root / "lib" / "CMakeLists.txt").write_text(layers)
    for name, text in {"base/a.cpp": "", "memory/b.cpp": "", "report/c.cpp": "", **files}.items():
        path = root / "lib" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    done = subprocess.run([sys.executable, CHECKOUT / "tools/dev/check-layers", root], stdout=subprocess.PIPE,
                          universal_newlines=True)
    return done.returncode, done.stdout


def test_arrows_that_are_drawn_may_be_followed(tmp_path):
    assert check_layers(tmp_path, {"memory/b.h": '#include "base/a.h"\n#include "memory/c.h"\n#include <vector>\n'})[0] == 0


def test_an_include_against_the_arrows_is_found(tmp_path):
    status, text = check_layers(tmp_path, {"report/c.cpp": '#include "report/c.h"\n#include "memory/b.h"\n'})
    assert status == 1
    assert "lib/report/c.cpp:2: includes memory/b.h, but report does not use memory" in text


def test_a_foreign_library_outside_of_its_folder_is_found(tmp_path):
    status, text = check_layers(tmp_path, {"base/a.h": "#include <llvm/ADT/StringRef.h>\n"})
    assert status == 1
    assert "lib/base/a.h:1" in text


def test_a_header_that_shows_a_foreign_library_is_private_to_its_folder(tmp_path):
    layers = LAYERS + "pycore_layer(native SOURCES d.cpp USES base)\npycore_layer(top SOURCES e.cpp USES native)\n"
    files = {"native/llvm_compat.h": "#include <llvm/ADT/StringRef.h>\n",
             "native/dwarf.h": '#include "native/llvm_compat.h"\n',
             "native/d.cpp": '#include "native/dwarf.h"\n',
             "top/e.cpp": '#include "native/dwarf.h"\n'}
    status, text = check_layers(tmp_path, files, layers)
    assert status == 1
    assert "lib/top/e.cpp:1" in text and "lib/native/d.cpp" not in text


def test_a_file_that_no_layer_builds_is_found(tmp_path):
    status, text = check_layers(tmp_path, {"memory/forgotten.cpp": ""})
    assert status == 1
    assert "lib/memory/forgotten.cpp" in text


def test_a_circle_of_layers_is_found(tmp_path):
    assert check_layers(tmp_path, {}, LAYERS.replace("base SOURCES a.cpp", "base SOURCES a.cpp USES report"))[0] == 1
