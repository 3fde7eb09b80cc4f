"use strict";
// Tables sort by a click on a heading and show the rows that hold the words of their filter.
for (const section of document.querySelectorAll("section.data")) {
  const body = section.querySelector("tbody"), tools = section.querySelector(".tools");
  const search = tools.querySelector("input"), said = tools.querySelector("output");
  const choices = [...tools.querySelectorAll("select")], heads = [...section.querySelectorAll("th")];
  let rows = [...body.rows], texts = null;

  function filter() {
    texts ??= new Map(rows.map((row) => [row, row.textContent.toLowerCase()]));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const hit = words.every((word) => texts.get(row).includes(word)) &&
        choices.every((choice) => !choice.value || row.cells[choice.dataset.column].textContent === choice.value);
      row.hidden = !hit;
      shown += hit;
    }
    said.textContent = shown === rows.length ? "" : `${shown} of ${rows.length} rows`;
  }

  function key(row, column) {
    const cell = row.cells[column], value = cell.dataset.key ?? cell.textContent.trim();
    return value !== "" && !Number.isNaN(Number(value)) ? Number(value) : value.toLowerCase();
  }

  function sort(head, column) {
    const up = head.getAttribute("aria-sort") !== "ascending";
    const keyed = rows.map((row) => [key(row, column), row]);
    keyed.sort(([a], [b]) => {
      if (typeof a === typeof b) return (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1);
      return typeof a === "number" ? -1 : 1;
    });
    rows = keyed.map(([, row]) => row);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    body.append(...rows);
  }

  tools.hidden = false;
  search.addEventListener("input", filter);
  for (const choice of choices) choice.addEventListener("change", filter);
  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => sort(head, column)));
}
