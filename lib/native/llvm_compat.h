// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#pragma once

// What we use of LLVM's DebugInfo, 14 to 20, and where its versions differ. Included by the dwarf_*.cpp
// files and nowhere else. Calls that changed are avoided: rows instead of getFileLineInfoForAddress (a
// parameter more in 20), `auto` for llvm::Optional (14, 15) or std::optional.

#include <llvm/Config/llvm-config.h>

#if defined(__clang__) && LLVM_VERSION_MAJOR < 15
// LLVM 14's JSON.h has a vector of an incomplete type, which clang does not take as C++20. It comes in
// through ScopedPrinter.h only, of which the headers below need two names.
#define LLVM_SUPPORT_SCOPEDPRINTER_H
#include <llvm/ADT/StringRef.h>
namespace llvm {
class ScopedPrinter;
template <typename T>
struct EnumEntry {  // of the same layout
    StringRef Name;
    StringRef AltName;
    T Value;
};
}  // namespace llvm
#endif

#include <llvm/ADT/StringMap.h>
#include <llvm/DebugInfo/DWARF/DWARFAbbreviationDeclaration.h>
#include <llvm/DebugInfo/DWARF/DWARFCompileUnit.h>
#include <llvm/DebugInfo/DWARF/DWARFContext.h>
#include <llvm/DebugInfo/DWARF/DWARFDebugAbbrev.h>
#include <llvm/DebugInfo/DWARF/DWARFDebugLine.h>
#include <llvm/DebugInfo/DWARF/DWARFFormValue.h>
#include <llvm/DebugInfo/DWARF/DWARFUnit.h>
#include <llvm/Support/Error.h>
#include <llvm/Support/ErrorHandling.h>
#include <llvm/Support/MemoryBuffer.h>

#include <optional>
#include <utility>

namespace pycore {

// LLVM reports what it cannot read and goes on; the answer is then less, and that is all there is to say.
inline void ignore_llvm_error(llvm::Error error) { llvm::consumeError(std::move(error)); }

}  // namespace pycore
