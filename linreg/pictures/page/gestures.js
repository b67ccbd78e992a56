// Mouse, pen and fingers on a picture: drag, wheel, pinch, hover, click.

const SLACK = 5; // pixels that a click may wander

function listen(target, { drag, zoom, hover, click, leave }) {
  const down = new Map();
  let wandered = 0;
  const at = (event) => {
    const box = target.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  const isTool = (event) => event.target.closest("button, input, label");
  target.addEventListener("pointerdown", (event) => {
    if (isTool(event) || event.button > 0) return;
    target.setPointerCapture(event.pointerId);
    if (down.size === 0) wandered = 0;
    down.set(event.pointerId, at(event));
  });
  target.addEventListener("pointermove", (event) => {
    const now = at(event),
      before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType !== "touch" && !isTool(event)) hover(...now);
      return;
    }
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    if (other) {
      const [wide, narrow] = [now, before].map((p) => Math.hypot(p[0] - other[0], p[1] - other[1]));
      if (narrow > 0) zoom(wide / narrow, (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
      wandered = Infinity;
    }
    const step = [now[0] - before[0], now[1] - before[1]];
    wandered += Math.abs(step[0]) + Math.abs(step[1]);
    if (wandered > SLACK) drag(step[0] / down.size, step[1] / down.size, event.shiftKey);
    down.set(event.pointerId, now);
  });
  const up = (event) => {
    if (!down.delete(event.pointerId)) return;
    if (event.type === "pointerup" && wandered <= SLACK && down.size === 0) click(...at(event));
  };
  target.addEventListener("pointerup", up);
  target.addEventListener("pointercancel", up);
  target.addEventListener("pointerleave", leave);
  target.addEventListener(
    "wheel",
    (event) => {
      event.preventDefault();
      const lines = event.deltaMode === 1 ? 16 : 1;
      zoom(Math.exp(-event.deltaY * lines * 0.0016), ...at(event));
    },
    { passive: false },
  );
}

// Calls a function before the next frame, once however often it is asked for.
function eachFrame(draw) {
  let asked = false;
  return () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
}

// Puts a few words beside the pointer, within the picture.
function placeBeside(tip, x, y) {
  const { clientWidth, clientHeight } = tip.parentElement;
  const across = x > clientWidth - 240 ? `calc(${x - 14}px - 100%)` : `${x + 14}px`;
  const down = y > clientHeight - 110 ? `calc(${y - 14}px - 100%)` : `${y + 14}px`;
  tip.style.transform = `translate(${across}, ${down})`;
}
