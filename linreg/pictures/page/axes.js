// Axes within a picture of the plane: short numbers along two sides, on a pale rim.

function ticks(low, high, wanted) {
  const rough = (high - low) / Math.max(1, wanted),
    power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((m) => m * power >= rough);
  const found = [];
  for (let k = Math.ceil(low / step); k * step <= high; k++) found.push(Number((k * step).toPrecision(12)));
  return found;
}

function haloed(context, text, x, y) {
  context.lineWidth = 3;
  context.lineJoin = "round";
  context.strokeStyle = css(Theme.ground, 0.85);
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

function drawAxes(context, view, names) {
  const { width, height } = view,
    [left, top] = view.toWorld(0, 0),
    [right, bottom] = view.toWorld(width, height);
  context.font = "11px system-ui, sans-serif";
  context.fillStyle = css(Theme.ink, 0.85);
  context.textAlign = "center";
  context.textBaseline = "bottom";
  for (const x of ticks(left, right, width / 110)) {
    const at = view.toScreen(x, 0)[0];
    if (at > 34 && at < width - 70) haloed(context, short(x, 6), at, height - 6);
  }
  context.textAlign = "left";
  context.textBaseline = "middle";
  for (const y of ticks(bottom, top, height / 80)) {
    const at = view.toScreen(0, y)[1];
    if (at > 30 && at < height - 30) haloed(context, short(y, 6), 8, at);
  }
  context.font = "italic 12px Georgia, serif";
  context.textAlign = "right";
  context.textBaseline = "bottom";
  haloed(context, names[0], width - 50, height - 6);
  context.textAlign = "left";
  context.textBaseline = "top";
  haloed(context, names[1], 8, 8);
}
