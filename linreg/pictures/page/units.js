// Stages and units, to show and to hide where their hyperplanes fold.

class Units {
  constructor(app) {
    const { regions } = app;
    Object.assign(this, { app, regions, hidden: new Set(), chips: [] });
    const box = document.getElementById("units");
    FACTS.stages.forEach((stage, s) => {
      const mine = Array.from({ length: stage.units }, (_, k) => regions.firsts[s] + k);
      const check = element("input", {
        type: "checkbox",
        checked: true,
        onchange: () => this._set(mine, check.checked),
      });
      const only = element("button", { class: "plain", onclick: () => this._only(mine) }, "only");
      const head = element(
        "div",
        { class: "stage", onmouseenter: () => app.view.light(mine), onmouseleave: () => app.view.light([]) },
        element("label", {}, check, element("i"), `stage ${s + 1} `),
        element("small", {}, `${counted(stage.units, "unit")}, ${stage.kind}`),
        only,
      );
      const chips = element("div", { class: "chips" });
      for (const unit of mine) {
        const chip = element(
          "button",
          {
            title: `unit ${unit - regions.firsts[s]} of stage ${s + 1}`,
            "aria-pressed": "true",
            onclick: (event) => {
              if (event.shiftKey) this._only([unit]);
              else this._set([unit], this.hidden.has(unit));
            },
            onmouseenter: () => app.view.light([unit]),
            onmouseleave: () => app.view.light([]),
            onfocus: () => app.view.light([unit]),
            onblur: () => app.view.light([]),
          },
          String(unit - regions.firsts[s]),
        );
        this.chips.push(chip);
        chips.append(chip);
      }
      box.append(element("div", {}, head, chips));
    });
    if (!FACTS.stages.length) box.append(element("p", { class: "quiet" }, "The network has no units."));
  }

  _set(units, isShown) {
    for (const unit of units)
      if (isShown) this.hidden.delete(unit);
      else this.hidden.add(unit);
    this.app.restyle();
  }

  // These alone, or all again if they were alone before.
  _only(units) {
    const isOnly =
      this.hidden.size === this.regions.units - units.length && !units.some((u) => this.hidden.has(u));
    this.hidden = new Set(isOnly ? [] : this.chips.keys());
    if (!isOnly) for (const unit of units) this.hidden.delete(unit);
    this.app.restyle();
  }

  // A colour for each unit, transparent where it is hidden; the last for what no unit owns.
  get inks() {
    const { regions } = this,
      bytes = new Uint8Array(4 * (regions.units + 1));
    for (let u = 0; u < regions.units; u++) {
      bytes.set(
        [
          ...Theme.line(regions.stageOf[u], FACTS.stages.length).map(Math.round),
          this.hidden.has(u) ? 0 : 255,
        ],
        4 * u,
      );
    }
    bytes.set([...Theme.ink.map(Math.round), 90], 4 * regions.units);
    return bytes;
  }

  draw() {
    this.chips.forEach((chip, u) => chip.setAttribute("aria-pressed", String(!this.hidden.has(u))));
    document.querySelectorAll("#units > div").forEach((box, s) => {
      const { firsts } = this.regions,
        size = FACTS.stages[s].units;
      let hidden = 0;
      for (let u = firsts[s]; u < firsts[s + 1]; u++) hidden += this.hidden.has(u);
      const check = box.querySelector("input");
      check.checked = hidden < size;
      check.indeterminate = hidden > 0 && hidden < size;
      box.querySelector("i").style.background = css(Theme.line(s, FACTS.stages.length));
    });
  }
}
