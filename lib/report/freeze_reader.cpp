// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/freeze_reader.h"

#include <utility>

#include "report/json_fields.h"

namespace pycore {
namespace {

IndexedProcess read_process(JsonFields fields) {
    IndexedProcess process;
    process.pid = fields.number("pid").value_or(0);
    process.rank = fields.number("rank");
    process.file = fields.text("file");
    process.error = fields.text("error");
    process.host = fields.text("host");
    if (auto node = fields.text("node")) process.host = std::move(node);
    return process;
}

}  // namespace

Result<std::vector<IndexedProcess>> read_freeze_json(std::string_view document) {
    simdjson::dom::parser parser;
    simdjson::dom::object root;
    if (const auto code = parser.parse(document.data(), document.size()).get(root)) {
        return Error{ErrorCode::Corrupt,
                     std::string("the index is no sound JSON document: ") + simdjson::error_message(code),
                     {}};
    }
    std::size_t wrong = 0;
    JsonFields fields(root, wrong);
    if (fields.text_or("schema", "") != "pycore/freeze/1") {
        return Error{ErrorCode::Unsupported, "it is no index of pycore freeze (schema pycore/freeze/1)", {}};
    }
    std::vector<IndexedProcess> results;
    for_each_object(fields.array("results"), wrong,
                    [&](JsonFields result) { results.push_back(read_process(result)); });
    return results;
}

}  // namespace pycore
