// The regions as rows, to sort and to search; only the rows in view are there.

const ROW = 28; // pixels

class Table {
  constructor(app) {
    const { regions } = app;
    Object.assign(this, {
      app,
      regions,
      box: document.getElementById("rows"),
      search: document.getElementById("search"),
    });
    const size = ["", "length", "area", "volume"][FACTS.inputs];
    this.columns = [
      ["region", null, (i) => i.toLocaleString("en")],
      ["pattern", null, (i) => regions.pattern(i)],
      ["active", regions.active, (i) => regions.active[i]],
      ["stage", regions.stage, (i) => regions.stage[i] || "–"],
      ...(regions.edges ? [["neighbours", regions.degree, (i) => regions.degree[i]]] : []),
      [size, regions.size, (i) => short(regions.size[i], 3)],
      ["slope", regions.slope, (i) => short(regions.slope[i], 3)],
      [
        "witness",
        null,
        (i) =>
          Array.from({ length: FACTS.inputs }, (_, k) =>
            short(regions.witnesses[i * FACTS.inputs + k], 3),
          ).join(", "),
      ],
    ];
    this.sorted = { column: 0, falls: false };
    this.box
      .querySelector("thead")
      .append(
        element(
          "tr",
          {},
          ...this.columns.map(([name, values], k) =>
            element(
              "th",
              {},
              values || k === 0 ? element("button", { onclick: () => this._sort(k) }, name) : name,
            ),
          ),
        ),
      );
    this.all = Uint32Array.from({ length: regions.count }, (_, i) => i);
    this.rows = this.all;
    this.redraw = eachFrame(() => this._draw());
    this.box.addEventListener("scroll", this.redraw);
    this.search.addEventListener("input", () => this._find());
    this.box.querySelector("tbody").addEventListener("click", (event) => {
      const row = event.target.closest("tr");
      if (row) app.select(Number(row.dataset.region), true);
    });
    new ResizeObserver(this.redraw).observe(this.box);
    this._find();
  }

  _sort(k) {
    this.sorted = { column: k, falls: this.sorted.column === k ? !this.sorted.falls : k > 0 };
    this._find();
  }

  _find() {
    const text = this.search.value.trim(),
      { regions } = this;
    let isFound = () => true,
      problem = "";
    const compared = /^([a-z]+)\s*(<=|>=|<|>|=)\s*(-?[\d.]+(?:e-?\d+)?)$/i.exec(text);
    if (compared) {
      const values = this.columns.find(([name]) => name === compared[1].toLowerCase())?.[1],
        bound = Number(compared[3]);
      if (!values) problem = `no column of numbers is called ${compared[1]}`;
      else
        isFound = (i) =>
          ({
            "<": values[i] < bound,
            ">": values[i] > bound,
            "<=": values[i] <= bound,
            ">=": values[i] >= bound,
            "=": values[i] === bound,
          })[compared[2]];
    } else if (
      /^[01.\s,]{2,}$/.test(text) ||
      (/^[\d.\s,]+$/.test(text) && (/[.\s,]/.test(text) || Number(text) >= regions.count))
    ) {
      const wanted = new RegExp("^" + text.replace(/\s/g, "").replace(/\./g, "[0-9]"));
      isFound = (i) => String(i) === text || wanted.test(regions.pattern(i, ""));
    } else if (/^\d+$/.test(text)) isFound = (i) => i === Number(text);
    else if (text)
      problem = "a number, the beginning of a pattern, or a comparison as in area<0.1 was expected";
    this.rows = text && !problem ? this.all.filter(isFound) : this.all.slice();
    const values = this.columns[this.sorted.column][1],
      sign = this.sorted.falls ? -1 : 1;
    // What has no number comes last either way.
    const ranked = (x) => (Number.isNaN(x) ? -sign * -Infinity : x);
    if (values)
      this.rows.sort((a, b) => {
        const [x, y] = [ranked(values[a]), ranked(values[b])];
        return x === y ? a - b : sign * (x < y ? -1 : 1);
      });
    else if (this.sorted.falls) this.rows.reverse();
    document.getElementById("found").textContent =
      problem ||
      (text
        ? `${this.rows.length.toLocaleString("en")} of ${regions.count.toLocaleString("en")}`
        : "click to go there");
    this.box.scrollTop = 0;
    this.redraw();
  }

  show(region) {
    const place = this.rows.indexOf(region);
    if (place < 0) return;
    const top = place * ROW,
      seen = this.box.clientHeight - 2 * ROW;
    if (top < this.box.scrollTop || top > this.box.scrollTop + seen) this.box.scrollTop = top - seen / 2;
  }

  _draw() {
    const { box, rows, app } = this,
      first = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
    const last = Math.min(rows.length, first + Math.ceil(box.clientHeight / ROW) + 8),
      made = [];
    for (let k = first; k < last; k++) {
      const i = rows[k];
      const colour = app.fill && this.regions.polygonOf[i] >= 0 ? css(app.fill.colour(i)) : "transparent";
      made.push(
        element(
          "tr",
          { "data-region": String(i), class: i === app.selected ? "chosen" : "" },
          ...this.columns.map(([name, , text], c) =>
            element(
              "td",
              {},
              ...(c === 0 ? [element("i", { style: `background:${colour}` })] : []),
              name === "pattern" ? element("code", {}, text(i)) : String(text(i)),
            ),
          ),
        ),
      );
    }
    box.querySelector("tbody").replaceChildren(...made);
    box.querySelector("table").style.marginTop = `${first * ROW}px`;
    document.getElementById("filler").style.height = `${(rows.length - last) * ROW}px`;
    box.querySelectorAll("th").forEach((head, k) => {
      head.setAttribute(
        "aria-sort",
        k !== this.sorted.column ? "none" : this.sorted.falls ? "descending" : "ascending",
      );
    });
  }
}
