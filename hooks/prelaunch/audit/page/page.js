"use strict";
// Tables sort by a click on a heading and show the rows that hold the words of their filter. Of a long table the page
// holds the first rows; all of them are in a block of JSON beside it, and as many as are asked for are shown.
const STEP = 300;
const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#x27;": "'" };

function plain(html) {
  return html.replace(/<[^>]*>/g, "").replace(/&(?:amp|lt|gt|quot|#x27);/g, (entity) => ENTITIES[entity]);
}

function fromData(cells, numbers) {
  const texts = cells.map(([html]) => plain(String(html)));
  const build = () => {
    const row = document.createElement("tr");
    cells.forEach(([html], column) => {
      const cell = row.insertCell();
      cell.innerHTML = html;
      if (numbers[column]) cell.className = "number";
    });
    return row;
  };
  return { texts, keys: cells.map(([, key], column) => key ?? texts[column]), build };
}

function fromRow(row) {
  const cells = [...row.cells], texts = cells.map((cell) => cell.textContent);
  return { texts, keys: cells.map((cell, column) => cell.dataset.key ?? texts[column].trim()), build: () => row };
}

function comparable(key) {
  return key !== "" && !Number.isNaN(Number(key)) ? Number(key) : String(key).toLowerCase();
}

for (const section of document.querySelectorAll("section.data")) {
  const body = section.querySelector("tbody"), tools = section.querySelector(".tools");
  const search = tools.querySelector("input"), said = tools.querySelector("output");
  const choices = [...tools.querySelectorAll("select")], heads = [...section.querySelectorAll("th")];
  const block = section.querySelector("script"), more = section.querySelector(".more");
  const numbers = heads.map((head) => head.className === "number");
  let rows = null, shown = [], limit = block ? STEP : Infinity;

  function load() {
    rows ??= block ? JSON.parse(block.textContent).map((cells) => fromData(cells, numbers)) : [...body.rows].map(fromRow);
  }

  function draw() {
    const elements = shown.slice(0, limit).map((row) => (row.element ??= row.build()));
    body.replaceChildren(...elements);
    said.textContent = shown.length === rows.length ? "" : `${shown.length} of ${rows.length} rows`;
    if (more) more.hidden = shown.length <= limit;
  }

  function filter() {
    load();
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const chosen = choices.filter((choice) => choice.value);
    shown = rows.filter((row) => {
      row.all ??= row.texts.join(" ").toLowerCase();
      return words.every((word) => row.all.includes(word)) &&
        chosen.every((choice) => row.texts[choice.dataset.column] === choice.value);
    });
    draw();
  }

  function sort(head, column) {
    load();
    const up = head.getAttribute("aria-sort") !== "ascending";
    const keyed = rows.map((row) => [comparable(row.keys[column]), row]);
    keyed.sort(([a], [b]) => {
      if (typeof a === typeof b) return (a < b ? -1 : a > b ? 1 : 0) * (up ? 1 : -1);
      return typeof a === "number" ? -1 : 1;
    });
    rows = keyed.map(([, row]) => row);
    for (const other of heads) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", up ? "ascending" : "descending");
    filter();
  }

  tools.hidden = false;
  search.addEventListener("input", filter);
  for (const choice of choices) choice.addEventListener("change", filter);
  heads.forEach((head, column) => head.firstElementChild.addEventListener("click", () => sort(head, column)));
  if (more) {
    const button = more.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => {
      limit += STEP;
      if (rows === null) filter();
      else draw();
    });
  }
}
