// Facts and arrays that the page holds.

const FACTS = JSON.parse(document.getElementById("facts").textContent);

async function readArrays() {
  const text = atob(document.getElementById("arrays").textContent);
  const packed = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) packed[i] = text.charCodeAt(i);
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream("deflate"));
  const buffer = await new Response(stream).arrayBuffer();
  const types = {
    uint8: Uint8Array,
    uint16: Uint16Array,
    uint32: Uint32Array,
    int32: Int32Array,
    float32: Float32Array,
    float64: Float64Array,
  };
  const arrays = {};
  for (const [name, [type, place, size]] of Object.entries(FACTS.arrays)) {
    arrays[name] = new types[type](buffer, place, size);
  }
  document.getElementById("arrays").remove();
  return arrays;
}

// Makes the page of its arrays, and says so if it cannot.
function begin(make) {
  readArrays()
    .then(make)
    .catch((error) => {
      document.getElementById("headline").textContent = `This browser cannot show the page: ${error.message}`;
      throw error;
    })
    .finally(() => {
      document.documentElement.dataset.ready = "";
    });
}

// A number in few digits; a true minus, and no trailing zeros.
function short(x, digits = 4) {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? "–" : x > 0 ? "∞" : "−∞";
  const size = Math.abs(x);
  let text =
    x === 0 || (size >= 1e-4 && size < 1e6)
      ? String(Number(x.toPrecision(digits)))
      : x
          .toExponential(digits - 1)
          .replace(/\.?0+e/, "e")
          .replace("e+", "e");
  return text.replace(/-/g, "−");
}

const counted = (n, one, many) => `${n.toLocaleString("en")} ${n === 1 ? one : (many ?? one + "s")}`;

const lowered = (n) => String(n).replace(/\d/g, (d) => "₀₁₂₃₄₅₆₇₈₉"[d]);

// An element with attributes and children; text is never read as markup.
function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (name === "style") made.style.cssText = value;
    else if (value !== false) made.setAttribute(name, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}
