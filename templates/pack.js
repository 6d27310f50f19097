"use strict";
// What a page does beyond being read: columns sort, a scenario is chosen, a figure tells where it comes from. Without it the page is whole.
const words = JSON.parse(document.getElementById("words").textContent);
const language = document.documentElement.lang;

let trace; // sources, meanings of columns, definitions of facts: opened when a figure is first asked
async function opened(packed) {
  const bytes = Uint8Array.from(atob(packed), (sign) => sign.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(await new Response(stream).text());
}

function sortValue(row, place) {
  const cell = row.cells[place];
  const number = cell && cell.querySelector("data[value]");
  if (number) return Number(number.value);
  const time = cell && cell.querySelector("time[datetime]");
  return (time ? time.dateTime : cell ? cell.textContent : "").trim();
}

function compared(one, other) {
  const empty = [one, other].map((value) => value === "" || value === "\u2013");
  if (empty[0] || empty[1]) return empty[0] - empty[1];
  if (typeof one === "number" && typeof other === "number") return one - other;
  return String(one).localeCompare(String(other), language, { numeric: true });
}

function rowGroups(body) {
  // a row that explains the one above goes with it; a sum stays where it is, at the end
  const groups = [];
  for (const row of body.rows) {
    if (row.classList.contains("quiet") && groups.length) groups.at(-1).push(row);
    else groups.push([row]);
  }
  return groups;
}

function sortTable(table, header, place) {
  const down = header.getAttribute("aria-sort") === "descending";
  for (const other of table.tHead.querySelectorAll("[aria-sort]")) other.setAttribute("aria-sort", "none");
  header.setAttribute("aria-sort", down ? "ascending" : "descending");
  const isSum = (group) => group[0].classList.contains("sum");
  const groups = rowGroups(table.tBodies[0]);
  const values = new Map(groups.map((group) => [group, sortValue(group[0], place)]));
  const known = (value) => value !== "" && value !== "\u2013";
  const sign = (one, other) => (known(one) && known(other) && !down ? -1 : 1);
  groups.sort((one, other) => {
    if (isSum(one) || isSum(other)) return isSum(one) - isSum(other);
    return sign(values.get(one), values.get(other)) * compared(values.get(one), values.get(other));
  });
  table.tBodies[0].append(...groups.flat());
}

function makeSortable(table) {
  const row = table.tHead && table.tHead.rows[table.tHead.rows.length - 1];
  if (!row || table.matches(".months, .switch") || table.tBodies[0].rows.length < 3) return;
  [...row.cells].forEach((header, place) => {
    if (header.tagName !== "TH" || !header.textContent.trim()) return;
    const button = document.createElement("button");
    button.append(...header.childNodes);
    button.title = words.sort;
    header.append(button);
    header.setAttribute("aria-sort", "none");
    button.addEventListener("click", () => sortTable(table, header, place));
  });
}

function makeSwitch(table) {
  // of the groups of columns, one is shown at a time: the one that is chosen
  const [heads, ...rows] = table.rows;
  const groups = [];
  let place = 0;
  for (const head of heads.cells) {
    if (head.tagName === "TH") groups.push({ head, from: place, to: place + head.colSpan });
    place += head.colSpan;
  }
  const choice = document.createElement("select");
  choice.setAttribute("aria-label", words.scenario);
  choice.append(...groups.map(({ head }) => new Option(head.textContent.trim())));
  const show = () => groups.forEach(({ head, from, to }, number) => {
    head.hidden = number !== choice.selectedIndex;
    for (const row of rows) for (let at = from; at < to; at += 1) row.cells[at].hidden = head.hidden;
  });
  choice.addEventListener("change", show);
  table.parentElement.before(choice);
  show();
}

function cellsOf(source) {
  // the cells that a source names: table#key=value&key=value.column
  return [...source.matchAll(/(\w*)\(?([a-z_]+)#([^|)]*)\.([A-Za-z_]\w*)(?=[|)]|$)/g)].map(([, how, table, rows, column]) => ({
    how, table, column, rows: rows.split("&").filter(Boolean).map(decodeURIComponent),
  }));
}

function line(parent, tag, text) {
  const made = document.createElement(tag);
  made.textContent = text;
  parent.append(made);
  return made;
}

async function tell(figure) {
  const panel = document.getElementById("trace");
  trace ??= await opened(words.trace);
  const source = trace.sources[figure.dataset.src];
  const exact = figure.dataset.value || figure.getAttribute("value");
  panel.replaceChildren();
  const head = line(panel, "p", `${figure.textContent.trim()} `);
  if (exact) line(head, "span", `${words.exactly} ${exact}`);
  if (figure.title) line(head, "span", figure.title);
  const list = line(panel, "ul", "");
  for (const { how, table, column, rows } of cellsOf(source).slice(0, 12)) {
    const known = trace.tables[table] || {};
    const item = line(list, "li", "");
    line(item, "b", `${how ? how + " " : ""}${table}.${column}`);
    if (known[column]) line(item, "span", ` ${known[column]}`);
    const id = table === "facts" && rows.map((row) => row.split("=")).find(([key]) => key === "id");
    if (id && trace.facts[id[1]]) line(item, "span", ` ${trace.facts[id[1]]}`);
    line(item, "code", ` ${rows.join(", ") || words.all}`);
  }
  line(panel, "code", source);
  const close = line(panel, "button", words.close);
  const shut = () => { panel.hidden = true; figure.classList.remove("told"); figure.focus?.(); };
  close.addEventListener("click", shut);
  document.onkeydown = (event) => { if (event.key === "Escape") shut(); };
  document.querySelectorAll(".told").forEach((other) => other.classList.remove("told"));
  figure.classList.add("told");
  panel.hidden = false;
}

function walk(region, event) {
  // arrows go from cell to cell, Enter tells where the figure comes from
  const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
  const here = event.target.closest("[data-src]");
  if (event.key === "Enter" && here && !event.target.closest("a, button")) return tell(here);
  if (!(event.key in steps)) return;
  const rows = [...region.querySelectorAll("tbody tr")];
  const cell = event.target.closest("td, th");
  const at = cell && cell.closest("tbody") ? [rows.indexOf(cell.parentElement), cell.cellIndex] : [-1, 1];
  const [down, right] = cell && cell.closest("tbody") ? steps[event.key] : [1, 0];
  for (let row = at[0] + down, column = at[1] + right; rows[row] && rows[row].cells[column]; row += down, column += right) {
    const next = rows[row].cells[column].querySelector("[data-src]");
    if (!next) continue;
    next.tabIndex = -1;
    next.focus();
    return event.preventDefault();
  }
}

document.querySelectorAll("table").forEach(makeSortable);
document.querySelectorAll("table.switch").forEach(makeSwitch);
document.querySelectorAll(".wide").forEach((region) => region.addEventListener("keydown", (event) => walk(region, event)));
document.addEventListener("click", (event) => {
  const figure = event.target.closest("[data-src]");
  if (figure && !event.target.closest("a, button")) tell(figure);
});
