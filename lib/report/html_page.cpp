// SPDX-License-Identifier: Apache-2.0
// SPDX-FileCopyrightText: the pycore authors
#include "report/html_page.h"

#include "report/escape.h"

namespace pycore {
namespace {

constexpr std::string_view kStyle = R"css(
:root { color-scheme: light dark; --back: #fff; --text: #1d232b; --dim: #5c6773; --line: #d9dee4; --panel: #f5f7f9;
  --accent: #0b62c4; --bad: #b3261e; --good: #1b6e3c; --warn: #8a5a00; --native: #0b6e78; }
@media (prefers-color-scheme: dark) { :root { --back: #14181d; --text: #dfe5ec; --dim: #96a2af; --line: #303842;
  --panel: #1b2128; --accent: #6db0ff; --bad: #ff8a80; --good: #7fd39b; --warn: #f0c060; --native: #6fd0da; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 100rem; background: var(--back); color: var(--text);
  font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.4rem; margin: 0 0 .3rem; } h2 { font-size: 1.1rem; margin: 1.6rem 0 .4rem; }
pre, code, .mono { font-family: ui-monospace, monospace; font-size: 13px; }
pre { margin: .5rem 0; padding: .6rem .8rem; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere; }
.dim { color: var(--dim); } .native { color: var(--native); } .crash, .bad { color: var(--bad); font-weight: 600; }
.good { color: var(--good); } .warn { color: var(--warn); }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .35rem .6rem; border-bottom: 1px solid var(--line);
  overflow-wrap: anywhere; }
th { position: sticky; top: 0; background: var(--back); white-space: nowrap; }
th button { all: unset; cursor: pointer; font-weight: 600; } th button:focus-visible { outline: 2px solid var(--accent); }
th[aria-sort=ascending] button::after { content: " ▲"; } th[aria-sort=descending] button::after { content: " ▼"; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; }
summary { cursor: pointer; } input.search { width: 100%; max-width: 40rem; padding: .4rem .6rem; font: inherit;
  color: inherit; background: var(--panel); border: 1px solid var(--line); border-radius: 4px; }
.tools { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; margin: .8rem 0; }
.tools button { font: inherit; color: inherit; background: var(--panel); border: 1px solid var(--line);
  border-radius: 4px; padding: .3rem .7rem; cursor: pointer; }
html:not(.scripts) .needs-script { display: none; } [hidden] { display: none !important; }
@media print { .tools { display: none; } }
)css";

constexpr std::string_view kScript = R"js(
"use strict";
document.documentElement.classList.add("scripts");
function keyOf(body, column) {
  const cell = body.rows[0].cells[column];
  return cell.dataset.key !== undefined ? cell.dataset.key : cell.textContent;
}
function sortTable(table, heading) {
  const column = heading.cellIndex, numeric = heading.dataset.numeric !== undefined;
  const before = heading.getAttribute("aria-sort");
  const down = before === null ? numeric : before === "ascending";
  for (const other of heading.parentNode.cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", down ? "descending" : "ascending");
  const rows = Array.from(table.tBodies, (body, place) => ({ body, place, key: keyOf(body, column) }));
  if (numeric) for (const row of rows) row.key = Number(row.key);
  rows.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0) * (down ? -1 : 1) || a.place - b.place);
  const sorted = document.createDocumentFragment();
  for (const row of rows) sorted.appendChild(row.body);
  table.appendChild(sorted);
}
for (const table of document.querySelectorAll("table.sortable")) {
  for (const heading of table.tHead.rows[0].cells) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...heading.childNodes);
    heading.append(button);
    button.addEventListener("click", () => sortTable(table, heading));
  }
}
function search(input) {
  const table = document.getElementById(input.dataset.for);
  const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const body of table.tBodies) {
    if (body.searched === undefined) body.searched = body.textContent.toLowerCase();
    const here = words.every((word) => body.searched.includes(word));
    if (body.hidden === here) body.hidden = !here;
    if (here) ++shown;
  }
  const told = document.querySelector('[data-count-of="' + input.dataset.for + '"]');
  if (told) told.textContent = words.length ? shown + " of " + table.tBodies.length : "";
}
for (const input of document.querySelectorAll("input.search")) {
  let pending = 0;
  input.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(search, 80, input); });
}
for (const button of document.querySelectorAll("[data-open-all], [data-close-all]")) {
  const open = button.dataset.openAll !== undefined;
  button.addEventListener("click", () => {
    const part = document.getElementById(open ? button.dataset.openAll : button.dataset.closeAll);
    for (const details of part.querySelectorAll("tbody:not([hidden]) details, :scope > details, li details")) {
      details.open = open;
    }
  });
}
)js";

// Nothing is fetched, framed, posted or run but what stands in the file.
constexpr std::string_view kPolicy =
    "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'";

}  // namespace

void append_html(std::string& out, std::string_view text) {
    for (const char character : escape(text)) {
        switch (character) {
            case '&': out += "&amp;"; break;
            case '<': out += "&lt;"; break;
            case '>': out += "&gt;"; break;
            case '"': out += "&quot;"; break;
            case '\'': out += "&#39;"; break;
            default: out += character;
        }
    }
}

std::string html_text(std::string_view text) {
    std::string out;
    append_html(out, text);
    return out;
}

std::string render_html_page(const HtmlPage& page) {
    std::string out = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
    out += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
    out += "<meta name=\"referrer\" content=\"no-referrer\">\n";
    out.append("<meta http-equiv=\"Content-Security-Policy\" content=\"").append(kPolicy).append("\">\n");
    out += "<title>" + html_text(page.title) + "</title>\n<style>";
    out.append(kStyle).append(page.style).append("</style>\n</head>\n<body>\n").append(page.body);
    out.append("\n<script>").append(kScript).append(page.script).append("</script>\n</body>\n</html>\n");
    return out;
}

}  // namespace pycore
