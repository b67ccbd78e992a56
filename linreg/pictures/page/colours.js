// Colours: a scale that holds for colour-blind eyes and in grey, on light and on dark ground.

const rgb = (hex) => [1, 3, 5].map((k) => parseInt(hex.slice(k, k + 2), 16));
const mixed = (a, b, share) => a.map((x, k) => x + (b[k] - x) * share);
const css = (c, alpha = 1) => `rgba(${c.map(Math.round).join(",")},${alpha})`;

const STOPS = FACTS.scale.map(rgb);

function scaleAt(t) {
  const at = Math.min(Math.max(t, 0), 1) * (STOPS.length - 1);
  const k = Math.min(Math.floor(at), STOPS.length - 2);
  return mixed(STOPS[k], STOPS[k + 1], at - k);
}

const Theme = {
  dark: matchMedia("(prefers-color-scheme: dark)").matches,

  get ground() {
    return this.dark ? [15, 20, 27] : [255, 255, 255];
  },
  get ink() {
    return this.dark ? [222, 229, 238] : [29, 39, 51];
  },
  get quiet() {
    return this.dark ? [44, 53, 65] : [232, 236, 241];
  },
  get accent() {
    return this.dark ? [94, 190, 255] : [0, 105, 200];
  },
  get flash() {
    return this.dark ? [255, 214, 92] : [255, 196, 0];
  },
  get boundary() {
    return this.dark ? [255, 92, 124] : rgb(FACTS.boundaryColour);
  },

  // Fills are muted, so that lines stand out from them.
  fill(t) {
    const hasCurves = FACTS.inputs === 1;
    return this.dark
      ? mixed(scaleAt(t), this.ground, hasCurves ? 0.6 : 0.2)
      : mixed(scaleAt(t), [255, 255, 255], hasCurves ? 0.68 : 0.42);
  },

  // Graphs of outputs over a line: colours that no fill has.
  curve(k, count) {
    if (count === 1) return this.accent;
    const kinds = this.dark
      ? ["#5ebeff", "#ff9f6e", "#7fe0b0", "#f0a3d8", "#ffe07a"]
      : ["#0069c8", "#c2410c", "#00795c", "#9c2f7e", "#8a6a00"];
    return rgb(kinds[k % kinds.length]);
  },

  // Lines of stage k of so many, counted from 0: far from the fills.
  line(k, count) {
    const t = count < 2 ? 0 : k / (count - 1);
    if (count < 2) return this.ink;
    return this.dark ? mixed(scaleAt(0.98 - 0.4 * t), [255, 255, 255], 0.45 - 0.3 * t) : scaleAt(0.62 * t);
  },

  apply() {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
  },
};

// What regions are coloured by: a number for each, or categories.
class Fill {
  constructor(name, values, { categories = null, log = false } = {}) {
    Object.assign(this, { name, values, categories, log });
    let low = Infinity,
      high = -Infinity;
    for (const x of values) {
      if (!Number.isFinite(x) || (log && x <= 0)) continue;
      if (x < low) low = x;
      if (x > high) high = x;
    }
    if (!(low <= high)) [low, high] = [0, 1];
    if (!categories && !log) {
      const different = new Set();
      for (const x of values) {
        if (!Number.isInteger(x)) {
          different.add(x).add(NaN);
          break;
        }
        if (different.add(x).size > 8) break;
      }
      if (different.size <= 8 && !different.has(NaN)) {
        const order = [...different].sort((a, b) => a - b);
        const place = new Map(order.map((x, k) => [x, k]));
        this.values = Float32Array.from(values, (x) => place.get(x));
        this.categories = order.map((x) => short(x));
      }
    }
    this.low = low;
    this.high = high;
  }

  // Where a value is on the scale, from 0 to 1.
  share(x) {
    if (this.categories) {
      const count = this.categories.length;
      return count === 1 ? 0.55 : 0.1 + (0.85 * x) / (count - 1);
    }
    if (this.low === this.high) return 0.5;
    if (this.log) return Math.log(Math.max(x, this.low) / this.low) / Math.log(this.high / this.low);
    return (x - this.low) / (this.high - this.low);
  }

  colour(i) {
    const x = this.values[i];
    return Number.isFinite(x) ? Theme.fill(this.share(x)) : Theme.quiet;
  }

  get legend() {
    if (this.categories) {
      return element(
        "div",
        { class: "categories" },
        ...this.categories.map((text, k) =>
          element("span", {}, element("i", { style: `background:${css(Theme.fill(this.share(k)))}` }), text),
        ),
      );
    }
    const stops = Array.from({ length: 17 }, (_, k) => css(Theme.fill(k / 16))).join(",");
    const middle = this.log ? Math.sqrt(this.low * this.high) : (this.low + this.high) / 2;
    return element(
      "div",
      { class: "scale" },
      element("i", { style: `background:linear-gradient(to right,${stops})` }),
      ...[this.low, middle, this.high].map((x) => element("span", {}, short(x, 3))),
    );
  }
}
