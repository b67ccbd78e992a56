// The report: what was counted, how the number grows, how much of the bounds it is, and how it is known.

function report(regions) {
  const box = document.getElementById("report"),
    panel = (title, ...parts) =>
      box.append(element("div", { class: "panel" }, element("h2", {}, title), ...parts));
  const bars = (entries) =>
    element(
      "div",
      { class: "bars" },
      ...entries.flatMap(([name, share, text]) => [
        element("span", {}, name),
        element("span", { class: "bar" }, element("i", { style: `width:${Math.max(0.6, 100 * share)}%` })),
        element("span", {}, text),
      ]),
    );
  const least = FACTS.complete ? "" : "at least ";
  panel(
    "Growth by stage",
    bars(
      FACTS.growth.map((cells, k) => [
        k ? `stage ${k}` : "domain",
        Math.log1p(cells) / Math.log1p(FACTS.growth.at(-1) || 1),
        cells.toLocaleString("en"),
      ]),
    ),
    element("p", { class: "quiet" }, "Cells of the first stages; bars by the logarithm."),
  );
  panel(
    "Bounds",
    bars(FACTS.bounds.map((bound) => [bound.title, Math.min(1, bound.share), `${bound.value}`])),
    element(
      "ul",
      { class: "plain" },
      ...FACTS.bounds.map((bound) =>
        element("li", {}, `${short(100 * bound.share, 3)} % of ${bound.value}: ${bound.source}`),
      ),
    ),
  );
  if (regions.edges) {
    const counts = [];
    for (const degree of regions.degree) counts[degree] = (counts[degree] ?? 0) + 1;
    panel(
      "Neighbours",
      histogram(Array.from(counts, (n, d) => [String(d), n ?? 0])),
      element(
        "p",
        { class: "quiet" },
        `${counted(regions.edges.length / 2, "pair")} of regions share a facet; ${short(regions.edges.length / regions.count, 3)} neighbours on average.`,
      ),
    );
  }
  const sizes = [...regions.sizes].filter((x) => x > 0).map(Math.log10),
    low = Math.min(...extremes(sizes)),
    high = Math.max(...extremes(sizes));
  if (sizes.length > 1 && high > low) {
    const bins = new Array(16).fill(0);
    for (const x of sizes) bins[Math.min(15, Math.floor((16 * (x - low)) / (high - low)))]++;
    panel(
      ["", "Lengths", "Areas", "Volumes"][FACTS.inputs],
      histogram(
        bins.map((n, k) => [short(10 ** (low + ((k + 0.5) * (high - low)) / 16), 1), n]),
        5,
      ),
      element("p", { class: "quiet" }, "Within the frame, by the logarithm."),
    );
  }
  const facts = [
    ["activation regions", `${least}${FACTS.regions.toLocaleString("en")}`],
    ["evidence", FACTS.evidence],
    ["how", FACTS.proof],
    ["domain", FACTS.domain],
    ["strategy", FACTS.strategy],
    [
      "network",
      `${counted(FACTS.inputs, "input")}, ${counted(FACTS.pieces.length, "unit")} in ${counted(FACTS.stages.length, "stage")}, ${counted(FACTS.outputs, "output")}`,
    ],
    [
      "shown",
      regions.shown.length === regions.count
        ? "all regions"
        : `${regions.shown.length.toLocaleString("en")} that meet the frame`,
    ],
    ["fingerprint", element("code", {}, FACTS.fingerprint)],
    ["made by", `linreg ${FACTS.version}`],
  ];
  box.append(
    element(
      "div",
      { class: "panel wide" },
      element("h2", {}, "What was proved, and how"),
      element(
        "dl",
        {},
        ...facts.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
      ),
    ),
  );
}

function extremes(numbers) {
  let low = Infinity,
    high = -Infinity;
  for (const x of numbers) {
    if (x < low) low = x;
    if (x > high) high = x;
  }
  return [low, high];
}

// Upright bars with a number above each and its name below; of many names every few.
function histogram(entries, each = 1) {
  const first = entries.findIndex(([, n]) => n > 0),
    shown = entries.slice(Math.max(0, first)),
    most = Math.max(1, ...shown.map(([, n]) => n));
  const step = each > 1 ? each : Math.ceil(shown.length / 14);
  return element(
    "div",
    { class: "histogram" },
    ...shown.map(([name, n], k) =>
      element(
        "div",
        { title: `${name}: ${n.toLocaleString("en")}` },
        element(
          "span",
          { class: "column" },
          element("i", { style: `height:${n ? Math.max(1.5, (100 * n) / most) : 0}%` }),
        ),
        element("small", {}, k % step === 0 ? name : ""),
      ),
    ),
  );
}
