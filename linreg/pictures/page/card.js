// What is known of the region that is chosen, or under the pointer.

class Card {
  constructor(app) {
    Object.assign(this, {
      app,
      regions: app.regions,
      box: document.getElementById("card"),
      tip: document.getElementById("tip"),
    });
  }

  draw() {
    const { app, regions, box } = this,
      i = app.selected >= 0 ? app.selected : app.hovered;
    if (i < 0) {
      box.replaceChildren(
        element("h2", {}, "Region"),
        element(
          "p",
          { class: "quiet" },
          "Point at a region to see its pattern and its affine map. Click to choose it: its neighbours " +
            "light up, and its edges say which units switch there.",
        ),
      );
      return;
    }
    const isChosen = i === app.selected,
      rows = [];
    const row = (name, ...value) => rows.push(element("dt", {}, name), element("dd", {}, ...value));
    const pattern = element("code", { class: "pattern" });
    FACTS.stages.forEach((_, s) => {
      if (s) pattern.append(" ");
      pattern.append(element("span", { title: `stage ${s + 1}` }, regions.pattern(i, "\n").split("\n")[s]));
    });
    row("pattern", regions.units ? pattern : "no units");
    const most = 12,
      maps = element("div", { class: "maps" });
    for (let k = 0; k < Math.min(FACTS.outputs, most); k++) {
      maps.append(
        element(
          "div",
          {},
          element("i", {}, FACTS.outputs > 1 ? `y${lowered(k)}` : "y"),
          ` = ${regions.formText(i, k)}`,
        ),
      );
    }
    if (FACTS.outputs > most)
      maps.append(element("div", { class: "quiet" }, `and ${FACTS.outputs - most} more outputs`));
    row("affine map", maps);
    row(
      ["", "length", "area", "volume"][FACTS.inputs],
      regions.polygonOf[i] < 0
        ? "outside the frame"
        : short(regions.size[i]) + (this._isCut(i) ? " within the frame" : ""),
    );
    row("slope", short(regions.slope[i]));
    row("active units", `${regions.active[i]} of ${regions.units}`);
    row(
      "witness",
      Array.from({ length: FACTS.inputs }, (_, k) => short(regions.witnesses[i * FACTS.inputs + k], 6)).join(
        ", ",
      ),
    );
    const parts = [
      element(
        "h2",
        {},
        `Region ${i.toLocaleString("en")} `,
        ...(isChosen
          ? [
              this._link(),
              element(
                "button",
                { class: "plain", title: "Let go (Esc)", onclick: () => app.select(-1) },
                "✕",
              ),
            ]
          : []),
      ),
      element("dl", {}, ...rows),
    ];
    if (regions.edges && isChosen) parts.push(this._neighbours(i));
    else if (regions.edges)
      parts.push(element("p", { class: "quiet" }, counted(regions.degree[i], "neighbour")));
    box.replaceChildren(...parts);
  }

  _isCut(i) {
    const k = this.regions.polygonOf[i],
      { owners, offsets, faceOffsets } = this.regions;
    const parts = faceOffsets ?? offsets;
    for (let c = parts[k]; c < parts[k + 1]; c++) {
      // On a line the strips' lower and upper sides belong to the frame.
      if (owners[c] === FRAME && (FACTS.inputs !== 1 || (c - parts[k]) % 2 === 1)) return true;
    }
    return false;
  }

  _link() {
    const link = element(
      "a",
      {
        href: location.hash,
        title: "Copy a link to this region",
        onclick: () => {
          navigator.clipboard?.writeText(location.href).then(
            () => {
              link.textContent = "copied";
            },
            () => {},
          );
        },
      },
      "link",
    );
    return link;
  }

  _neighbours(i) {
    const { app, regions } = this,
      neighbours = [...regions.neighbours(i)];
    return element(
      "div",
      { class: "neighbours" },
      element(
        "h3",
        {},
        counted(neighbours.length, "neighbour"),
        " ",
        element("small", {}, "and the units that switch on the way"),
      ),
      element(
        "ul",
        {},
        ...neighbours.map((j) =>
          element(
            "li",
            { class: j === app.aimed ? "aimed" : "" },
            element(
              "a",
              { href: `#region=${j}`, onmouseenter: () => app.aim(j), onmouseleave: () => app.aim(-1) },
              String(j),
            ),
            ` ${regions
              .crossed(i, j)
              .map((u) => regions.unitName(u))
              .join(" ")}`,
          ),
        ),
      ),
    );
  }

  // A few words beside the pointer.
  point(x, y, edge) {
    const { app, tip, regions } = this,
      i = app.hovered;
    tip.hidden = i < 0;
    if (i < 0) return;
    const lines = [element("b", {}, `region ${i.toLocaleString("en")}`)];
    if (edge) {
      const names = edge.units.map((u) => `${regions.unitName(u)}`).join(", ");
      lines.push(
        element(
          "span",
          {},
          edge.owner >= 0
            ? `edge of ${edge.units.length > 1 ? "units" : "unit"} ${names}`
            : `edge of the ${regions.unitName(edge.owner)}`,
        ),
      );
      if (edge.neighbour >= 0)
        lines.push(element("span", {}, `beyond it, region ${edge.neighbour.toLocaleString("en")}`));
    } else {
      const pattern = regions.pattern(i);
      lines.push(element("code", {}, pattern.length > 44 ? pattern.slice(0, 43) + "…" : pattern));
      lines.push(
        element(
          "span",
          {},
          `${["", "length", "area", "volume"][FACTS.inputs]} ${short(regions.size[i], 3)}` +
            (regions.edges ? `, ${counted(regions.degree[i], "neighbour")}` : ""),
        ),
      );
    }
    tip.replaceChildren(...lines);
    placeBeside(tip, x, y);
  }
}
