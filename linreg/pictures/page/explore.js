// The page: what is chosen, and who has to know of it.

class Explorer {
  constructor(arrays) {
    this.regions = new Regions(arrays);
    this.hovered = this.selected = this.aimed = -1;
    document.getElementById("title").textContent = FACTS.title;
    this._headline();
    this.view = FACTS.inputs === 3 ? new SpaceView(this) : new PlaneView(this);
    this.card = new Card(this);
    this.units = new Units(this);
    this.graph = new GraphPanel(this);
    this.fills = this._fills();
    const select = document.getElementById("fill");
    for (const [name, , text] of this.fills) select.append(element("option", { value: name }, text));
    select.addEventListener("change", () => this.colourBy(select.value));
    this._lines();
    this.colourBy(FACTS.color);
    this.table = new Table(this);
    report(this.regions);
    this._listen();
    this._fromAddress();
    if (!this.view.scene.works) {
      document
        .getElementById("picture")
        .append(
          element(
            "p",
            { class: "missing" },
            "This browser draws no WebGL 2, so there is no picture; the table and the report are complete.",
          ),
        );
    }
  }

  _headline() {
    const count = `${FACTS.complete ? "" : "at least "}${counted(FACTS.regions, "region")}`;
    const badge = element("span", { class: FACTS.complete ? "badge" : "badge stopped" }, FACTS.evidence);
    document
      .getElementById("headline")
      .replaceChildren(
        FACTS.title.includes(counted(FACTS.regions, "region")) ? "" : count + " ",
        badge,
        ` ${FACTS.domain}; ${counted(FACTS.pieces.length, "unit")} in ${counted(FACTS.stages.length, "stage")}`,
      );
  }

  // Name, numbers when they are wanted, and what to call it.
  _fills() {
    const { regions } = this,
      size = ["", "length", "area", "volume"][FACTS.inputs];
    const names = Array.from({ length: FACTS.stages.length + 1 }, (_, k) => (k ? String(k) : "none"));
    const found = [
      ["active", () => new Fill("active", regions.active), "active units"],
      ["stage", () => new Fill("stage", regions.stage, { categories: names }), "deepest stage at its edge"],
      ["slope", () => new Fill("slope", regions.slope), "slope (largest)"],
      ["size", () => new Fill("size", regions.size, { log: true }), `${size} within the frame`],
    ];
    if (regions.edges) found.push(["degree", () => new Fill("degree", regions.degree), "neighbours"]);
    if (regions.classes) {
      const labels =
        FACTS.outputs > 1 ? Array.from({ length: FACTS.outputs }, (_, k) => String(k)) : ["≤ 0", "> 0"];
      const values = () => Float32Array.from(regions.classes, (k) => (k === 0xffff ? NaN : k));
      found.push([
        "class",
        () => new Fill("class", values(), { categories: labels }),
        FACTS.outputs > 1 ? "largest output" : "sign of the output",
      ]);
    }
    for (let k = 0; k < Math.min(FACTS.outputs, 20); k++) {
      found.push([
        `output ${k}`,
        () => new Fill(`output ${k}`, regions.outputs(k)),
        `output ${k} in the middle`,
      ]);
    }
    found.push(
      [
        "region",
        () =>
          new Fill(
            "region",
            Float32Array.from({ length: regions.count }, (_, i) => i),
          ),
        "number of the region",
      ],
      ["none", () => null, "nothing"],
    );
    return found;
  }

  // What lines there are besides those of units, to show and to hide.
  _lines() {
    const box = document.getElementById("lines"),
      { view } = this;
    this.switches = [["hasEdges", "edges", "ink"]];
    if (view.boundary)
      this.switches.push([
        "hasBoundary",
        FACTS.outputs > 1 ? "where the largest output changes" : "where the output is 0",
        "boundary",
      ]);
    for (const [what, text] of this.switches) {
      const check = element("input", { type: "checkbox", checked: true, onchange: () => this._switch(what) });
      box.append(element("label", {}, check, element("i"), text));
    }
    if (this.regions.curves)
      for (let k = 0; k < FACTS.outputs; k++)
        box.append(element("span", { class: "curve" }, element("i"), `output ${k}`));
  }

  _switch(what) {
    this.view[what] = !this.view[what];
    this.view.redraw();
    this._drawSwitches();
  }

  _drawSwitches() {
    document.querySelectorAll("#lines label").forEach((label, k) => {
      const [what, , colour] = this.switches[k];
      label.querySelector("input").checked = this.view[what];
      label.querySelector("i").style.background = css(Theme[colour]);
    });
    document.querySelectorAll("#lines .curve i").forEach((line, k) => {
      line.style.background = css(Theme.curve(k, FACTS.outputs));
    });
  }

  colourBy(name) {
    const [known, make] = this.fills.find(([own]) => own === name) ?? this.fills[0];
    this.fill = make();
    document.getElementById("fill").value = known;
    this.restyle();
  }

  // Everything that depends on the colours.
  restyle() {
    const bytes = new Uint8Array(4 * this.regions.count);
    for (let i = 0; i < this.regions.count; i++) {
      const colour = this.fill ? this.fill.colour(i) : Theme.quiet;
      for (let c = 0; c < 3; c++) bytes[4 * i + c] = Math.round(colour[c]);
      bytes[4 * i + 3] = 255;
    }
    this.view.colour(bytes, this.units.inks);
    this.units.draw();
    this._drawSwitches();
    document.getElementById("legend").replaceChildren(...(this.fill ? [this.fill.legend] : []));
    this.graph.redraw?.();
    this.table?.redraw();
    this.card.draw();
  }

  hover(region, edge = null, x = 0, y = 0) {
    const isNew = region !== this.hovered;
    this.hovered = region;
    this.card.point(x, y, edge);
    if (isNew && this.view._colour) this.view._colour();
    else this.view.relay();
    if (isNew) {
      this.card.draw();
      this.graph.redraw?.();
    }
  }

  select(region, isFar = false) {
    this.selected = region;
    this.aimed = -1;
    const address = region >= 0 ? `#region=${region}` : " ";
    if (location.hash !== address.trim())
      history.replaceState(null, "", region >= 0 ? address : location.pathname + location.search);
    if (region >= 0 && isFar) this.view.show(region);
    if (this.view._colour) this.view._colour();
    this.view.relay();
    this.card.draw();
    this.graph.redraw?.();
    this.table.show(region);
    this.table.redraw();
  }

  aim(region) {
    this.aimed = region;
    if (this.view._colour) this.view._colour();
    this.view.relay();
    this.graph.redraw?.();
    document.querySelectorAll(".neighbours li").forEach((item) => {
      item.classList.toggle("aimed", item.firstChild.textContent === String(region));
    });
  }

  _fromAddress() {
    const asked = /^#region=(\d+)$/.exec(location.hash);
    if (asked && Number(asked[1]) < this.regions.count) this.select(Number(asked[1]), true);
  }

  _listen() {
    const press = {
      ArrowLeft: () => this.view.move(60, 0),
      ArrowRight: () => this.view.move(-60, 0),
      ArrowUp: () => this.view.move(0, 60),
      ArrowDown: () => this.view.move(0, -60),
      "+": () => this.view.closer(1.4),
      "=": () => this.view.closer(1.4),
      "-": () => this.view.closer(1 / 1.4),
      0: () => this.view.fit(),
      "[": () => this._round(-1),
      "]": () => this._round(1),
      Enter: () => {
        if (this.aimed >= 0) this.select(this.aimed, true);
      },
      Escape: () => this.select(-1),
      c: () => {
        const names = this.fills.map(([name]) => name);
        this.colourBy(names[(names.indexOf(this.fill?.name ?? "none") + 1) % names.length]);
      },
      e: () => this._switch("hasEdges"),
      b: () => this._switch("hasBoundary"),
      d: () => this._turn(),
      "/": () => document.getElementById("search").focus(),
      "?": () => document.getElementById("keys").showModal(),
    };
    addEventListener("keydown", (event) => {
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        /^(input|select|textarea)$/i.test(event.target.tagName)
      ) {
        if (event.key === "Escape") event.target.blur();
        return;
      }
      const isScroll = event.key.startsWith("Arrow") && event.target.closest("#rows");
      const isButton = event.key === "Enter" && event.target.closest("button, a");
      if (!press[event.key] || isScroll || isButton) return;
      event.preventDefault();
      press[event.key]();
    });
    addEventListener("hashchange", () => this._fromAddress());
    document.getElementById("theme").addEventListener("click", () => this._turn());
    document.getElementById("help").addEventListener("click", press["?"]);
    document.querySelector(".zoom").addEventListener("click", (event) => {
      ({ in: press["+"], out: press["-"], fit: press[0] })[event.target.dataset.zoom]?.();
    });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", (event) => {
      if (Theme.dark !== event.matches) this._turn();
    });
  }

  _round(step) {
    const neighbours = [...this.regions.neighbours(this.selected)];
    if (this.selected < 0 || !neighbours.length) return;
    const at = neighbours.indexOf(this.aimed);
    this.aim(
      neighbours[
        (at < 0 ? (step > 0 ? 0 : neighbours.length - 1) : at + step + neighbours.length) % neighbours.length
      ],
    );
  }

  _turn() {
    Theme.dark = !Theme.dark;
    Theme.apply();
    this.restyle();
    this.view.relay();
  }
}

Theme.apply();
begin((arrays) => {
  window.explorer = new Explorer(arrays);
});
