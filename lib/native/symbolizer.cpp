// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "native/symbolizer.h"

#include <unordered_map>

#include "elf/debug_file_finder.h"
#include "elf/symbol_table.h"
#include "native/demangle.h"
#include "native/dwarf_lines.h"
#include "native/vdso.h"

namespace pycore {
namespace {

// What a pc is, whatever frame it is in.
struct CodePlace {
    const Module* module = nullptr;
    NativeFunction function;
    std::vector<NativeFunction> inlined;
};

void set_name(NativeFunction& function, std::string raw_name) {
    function.name = demangle(raw_name);
    function.raw_name = std::move(raw_name);
}

// Symbols and lines of one module; its debug file is looked for when the module itself lacks them.
class ModuleSymbols {
public:
    ModuleSymbols(const Module& module, const DebugFileFinder& finder, bool lines, Diagnostics& diagnostics)
        : file_(module.file) {
        if (!file_) return;
        const bool needs_names = file_->find_section(".symtab") == nullptr;
        const bool needs_lines = lines && !has_debug_info(*file_);
        if (needs_names || needs_lines) debug_file_ = finder.find(*file_);
        names_ = std::make_unique<SymbolTable>(file_, needs_names ? debug_file_ : nullptr);
        if (lines) open_lines(module, finder, diagnostics);
    }

    CodePlace find(std::uint64_t link_address) {
        CodePlace place;
        if (!file_) return place;
        if (lines_) add_source(lines_->find(link_address), place);
        if (const auto symbol = names_->find_function(link_address)) {
            set_name(place.function, std::string(symbol->name));
        }
        return place;
    }

private:
    void open_lines(const Module& module, const DebugFileFinder& finder, Diagnostics& diagnostics) {
        const auto& source = has_debug_info(*file_) ? file_ : debug_file_;
        if (!source || !has_debug_info(*source)) return;
        auto alternate = finder.find_alternate(*source);
        if (!alternate && source->find_section(".gnu_debugaltlink") != nullptr) {
            diagnostics.note({ErrorCode::NotFound,
                              module.path + ": the file that dwz moved shared debug information to is not here; " +
                                  "some inlined calls have no name",
                              {}});
        }
        lines_ = std::make_unique<DwarfLines>(source, std::move(alternate));
    }

    static void add_source(std::vector<SourceFrame> frames, CodePlace& place) {
        for (std::size_t i = 0; i < frames.size(); ++i) {
            NativeFunction& function = i == 0 ? place.function : place.inlined.emplace_back();
            if (frames[i].raw_name) set_name(function, std::move(*frames[i].raw_name));
            function.location = std::move(frames[i].location);
        }
    }

    std::shared_ptr<const ElfFile> file_;
    std::shared_ptr<const ElfFile> debug_file_;
    std::unique_ptr<SymbolTable> names_;
    std::unique_ptr<DwarfLines> lines_;
};

}  // namespace

struct Symbolizer::Implementation {
    Implementation(const ProcessSnapshot& snapshot, SymbolizeOptions given, Diagnostics& sink)
        : process(snapshot),
          options(std::move(given)),
          diagnostics(sink),
          finder({options.search.debug_dirs, options.search.sysroot, options.search.use_debuginfod,
                  options.search.bundle}),
          vdso(find_vdso(snapshot)) {}

    const CodePlace& place_at(Address address) {
        const auto known = places.find(address);
        if (known != places.end()) return known->second;
        CodePlace place;
        if (const Module* module = module_at(address)) {
            place = symbols_of(*module).find(module->link_address(address));
            place.module = module;
        }
        return places.emplace(address, std::move(place)).first->second;
    }

    const Module* module_at(Address address) const {
        if (vdso && vdso->range.contains(address)) return &*vdso;
        return process.find_module(address);
    }

    ModuleSymbols& symbols_of(const Module& module) {
        auto& symbols = modules[&module];
        if (!symbols) symbols = std::make_unique<ModuleSymbols>(module, finder, options.lines, diagnostics);
        return *symbols;
    }

    const ProcessSnapshot& process;
    SymbolizeOptions options;
    Diagnostics& diagnostics;
    DebugFileFinder finder;
    std::optional<Module> vdso;
    std::unordered_map<const Module*, std::unique_ptr<ModuleSymbols>> modules;
    std::unordered_map<Address, CodePlace> places;  // by the address that was looked up
};

Symbolizer::Symbolizer(const ProcessSnapshot& process, SymbolizeOptions options, Diagnostics& diagnostics)
    : implementation_(new Implementation(process, std::move(options), diagnostics)) {}
Symbolizer::~Symbolizer() = default;
Symbolizer::Symbolizer(Symbolizer&&) noexcept = default;

void Symbolizer::symbolize(NativeStack& stack) {
    for (NativeFrame& frame : stack.frames) {
        const CodePlace& place = implementation_->place_at(frame.lookup_pc());
        frame.function = place.function;
        frame.inlined = place.inlined;
        if (place.module == nullptr) continue;
        frame.module = place.module->path;
        frame.build_id = place.module->build_id;
        frame.module_offset = place.module->link_address(frame.pc);
    }
}

}  // namespace pycore
