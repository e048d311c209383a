"use strict";
// Tables sort by a press on a heading and narrow down to what is typed; without this script they are whole and in order.
(() => {
  const thai = new Intl.Collator("th", { numeric: true });
  const plain = (text) => text.toLowerCase().replace(/\s+/g, " ").trim();
  const FOLD = 15, FEW = 8;

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    return "v" in cell.dataset ? cell.dataset.v : cell.textContent.trim();
  };
  const compare = (a, b, isNumber) => {
    if (a === "" || b === "") return (a === "") - (b === "");
    return isNumber ? Number(a) - Number(b) : thai.compare(a, b);
  };

  const sortable = (table) => {
    const headings = [...table.tHead.rows[0].cells];
    table.tHead.classList.add("live");
    headings.forEach((heading, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      heading.append(button);
      button.addEventListener("click", () => {
        const isNumber = heading.classList.contains("n");
        const before = heading.getAttribute("aria-sort");
        const isDown = before ? before === "ascending" : isNumber;
        headings.forEach((other) => other.removeAttribute("aria-sort"));
        heading.setAttribute("aria-sort", isDown ? "descending" : "ascending");
        const body = table.tBodies[0];
        const rows = [...body.rows].filter((row) => !row.classList.contains("sum"));
        const last = [...body.rows].filter((row) => row.classList.contains("sum"));
        rows.sort((one, other) => {
          const a = valueOf(one, column), b = valueOf(other, column);
          const order = compare(a, b, isNumber);
          return isDown && a !== "" && b !== "" ? -order : order;
        });
        body.append(...rows, ...last);
        fold(table);
      });
    });
  };

  const fold = (table) => {
    let seen = 0;
    for (const row of table.tBodies[0].rows) row.classList.toggle("over", !row.hidden && ++seen > FOLD);
  };

  const searchable = (table) => {
    const rows = [...table.tBodies[0].rows];
    if (rows.length <= FEW) return;
    const tools = document.createElement("div");
    tools.className = "tools";
    const input = document.createElement("input");
    input.type = "search";
    input.placeholder = "ค้นหา";
    input.setAttribute("aria-label", "ค้นหาในตาราง " + (table.dataset.title || ""));
    const told = document.createElement("span");
    told.setAttribute("role", "status");
    tools.append(input, told);
    const more = document.createElement("button");
    more.type = "button";
    const name = () => {
      const isFolded = table.classList.contains("folded");
      more.textContent = isFolded ? `แสดงทั้ง ${rows.length} แถว` : "แสดงเพียงส่วนต้น";
      more.setAttribute("aria-expanded", String(!isFolded));
    };
    if (rows.length > FOLD + 5) {
      table.classList.add("folded");
      more.addEventListener("click", () => { table.classList.toggle("folded"); name(); });
      name();
      tools.append(more);
    }
    input.addEventListener("input", () => {
      const words = plain(input.value).split(" ").filter(Boolean);
      let found = 0;
      for (const row of rows) {
        const text = plain(row.textContent);
        row.hidden = !words.every((word) => text.includes(word));
        found += !row.hidden;
      }
      told.textContent = words.length ? `พบ ${found} จาก ${rows.length} แถว` : "";
      fold(table);
    });
    fold(table);
    table.before(tools);
  };

  document.querySelectorAll("table.sort").forEach(sortable);
  document.querySelectorAll("table.search").forEach(searchable);

  // the dictionary: one field narrows all its tables down
  const everywhere = document.getElementById("everywhere");
  if (everywhere) {
    everywhere.hidden = false;
    const input = everywhere.querySelector("input"), told = everywhere.querySelector("[role=status]");
    const sections = [...document.querySelectorAll("section[data-relation]")];
    const search = () => {
      const words = plain(input.value).split(" ").filter(Boolean);
      let relations = 0, columns = 0;
      for (const section of sections) {
        const head = plain(section.querySelector("header").textContent);
        let found = 0;
        for (const row of section.querySelectorAll("tbody tr")) {
          const text = head + " " + plain(row.textContent);
          const own = plain(row.textContent);
          row.hidden = !(words.every((w) => text.includes(w)) && (words.every((w) => head.includes(w)) || words.some((w) => own.includes(w))));
          found += !row.hidden;
        }
        section.hidden = words.length > 0 && found === 0 && !words.every((w) => head.includes(w));
        relations += !section.hidden;
        columns += found;
      }
      told.textContent = words.length ? `พบ ${columns} คอลัมน์ ใน ${relations} ตารางและมุมมอง` : "";
    };
    input.addEventListener("input", search);
  }
})();
