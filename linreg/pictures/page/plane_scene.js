// The plane: polygons as triangles, and lines of any width, in tiles of which only those in view are drawn.

// Coordinates are sums of two floats each, so that pictures stay sharp where one float would tremble.
const PLACED = `
uniform vec2 middleHigh, middleLow, scale;
vec2 placed(vec2 high, vec2 low) { return ((high - middleHigh) + (low - middleLow)) * scale; }`;

const MANY_LINES = 6000; // from which on lines are a device pixel wide, which costs a tenth

class Tiles {
  constructor(count, lower, upper) {
    this.side = Math.max(1, Math.min(16, Math.round(Math.sqrt(count / 300))));
    Object.assign(this, { lower, upper });
  }

  of(x, y) {
    const place = (value, axis) =>
      Math.min(
        this.side - 1,
        Math.max(
          0,
          Math.floor(((value - this.lower[axis]) / (this.upper[axis] - this.lower[axis])) * this.side),
        ),
      );
    return place(y, 1) * this.side + place(x, 0);
  }

  // Things by tile, and within each by rank; the first of each tile.
  order(tileOf, rank) {
    const order = Uint32Array.from(tileOf, (_, k) => k).sort((a, b) => tileOf[a] - tileOf[b] || rank(a, b));
    const starts = new Uint32Array(this.side * this.side + 1);
    for (const tile of tileOf) starts[tile + 1]++;
    for (let k = 0; k < starts.length - 1; k++) starts[k + 1] += starts[k];
    return [order, starts];
  }
}

class PlaneScene extends Drawing {
  constructor(canvas, lower, upper) {
    super(canvas);
    if (!this.works) return;
    Object.assign(this, { lower, upper });
    this.base = [(lower[0] + upper[0]) / 2, (lower[1] + upper[1]) / 2];
    this.flat = this.program(
      `
      in vec2 high, low; in uint id; flat out vec4 colour;
      ${PLACED} ${SHADE} uniform vec2 halfSize; uniform float strength;
      void main() {
        gl_Position = vec4(placed(high, low) / halfSize, 0, 1); colour = shade(id); colour.a *= strength;
        if (colour.a == 0.0) gl_Position = vec4(2, 2, 2, 1);
      }`,
      `flat in vec4 colour; out vec4 seen; void main() { seen = colour; }`,
    );
    this.ruled = this.program(
      `
      in vec4 high, low; in uint id; flat out vec4 colour; out float across; flat out float reach;
      ${PLACED} ${SHADE} uniform vec2 halfSize; uniform float width, strength;
      void main() {
        vec2 p = placed(high.xy, low.xy), q = placed(high.zw, low.zw);
        vec2 way = q - p; float far = length(way); way = far > 0.0 ? way / far : vec2(1, 0);
        reach = width / 2.0; float side = (gl_VertexID & 1) == 0 ? -1.0 : 1.0;
        across = side * (reach + 1.0);
        vec2 at = (gl_VertexID < 2 ? p - way * reach * 0.5 : q + way * reach * 0.5) + vec2(-way.y, way.x) * across;
        gl_Position = vec4(at / halfSize, 0, 1); colour = shade(id); colour.a *= strength;
        if (colour.a == 0.0) gl_Position = vec4(2, 2, 2, 1);
      }`,
      `flat in vec4 colour; in float across; flat in float reach; out vec4 seen;
       void main() { seen = vec4(colour.rgb, colour.a * clamp(reach + 0.5 - abs(across), 0.0, 1.0) * min(1.0, reach * 2.0)); }`,
    );
  }

  _split(values, axes = 2) {
    const high = new Float32Array(values.length),
      low = new Float32Array(values.length);
    for (let k = 0; k < values.length; k++) {
      const x = values[k] - this.base[k % axes];
      high[k] = x;
      low[k] = x - high[k];
    }
    return [high, low];
  }

  // Convex polygons with a number each, by which they have their colours.
  polygons(corners, offsets, ids) {
    const { gl } = this,
      count = ids.length,
      tiles = new Tiles(count, this.lower, this.upper);
    const tileOf = Uint16Array.from(ids, (_, k) =>
      tiles.of(corners[2 * offsets[k]], corners[2 * offsets[k] + 1]),
    );
    const [order, starts] = tiles.order(tileOf, () => 0);
    const [high, low] = this._split(corners);
    const id = new Uint32Array(corners.length / 2);
    const boxes = Array.from({ length: starts.length - 1 }, () => [Infinity, Infinity, -Infinity, -Infinity]);
    const ends = new Uint32Array(starts.length);
    const indices = new Uint32Array(3 * Math.max(0, corners.length / 2 - 2 * count));
    let at = 0;
    order.forEach((k) => {
      const box = boxes[tileOf[k]];
      for (let c = offsets[k]; c < offsets[k + 1]; c++) {
        id[c] = ids[k];
        const x = corners[2 * c],
          y = corners[2 * c + 1];
        box[0] = Math.min(box[0], x);
        box[1] = Math.min(box[1], y);
        box[2] = Math.max(box[2], x);
        box[3] = Math.max(box[3], y);
        if (c > offsets[k] + 1) {
          indices[at++] = offsets[k];
          indices[at++] = c - 1;
          indices[at++] = c;
        }
      }
      ends[tileOf[k] + 1] = at;
    });
    for (let k = 1; k < ends.length; k++) ends[k] = Math.max(ends[k], ends[k - 1]);
    const array = gl.createVertexArray();
    gl.bindVertexArray(array);
    const buffers = [this.buffer(high), this.buffer(low), this.buffer(id)];
    ["high", "low", "id"].forEach((name, b) =>
      this._attribute(this.flat.attribute(name), buffers[b], b < 2 ? 2 : 1, b === 2),
    );
    buffers.push(this.buffer(indices, gl.ELEMENT_ARRAY_BUFFER));
    gl.bindVertexArray(null);
    return { kind: "polygons", array, buffers, boxes, ends, palette: this.texture(new Uint8Array(4)) };
  }

  // Lines, (x, y, x, y) each; the longest of a tile come first, so that those shorter than a pixel can be left out.
  lines(ends, ids) {
    const { gl } = this,
      count = ids.length,
      tiles = new Tiles(count / 2, this.lower, this.upper);
    const length = Float32Array.from(ids, (_, k) =>
      Math.hypot(ends[4 * k + 2] - ends[4 * k], ends[4 * k + 3] - ends[4 * k + 1]),
    );
    const tileOf = Uint16Array.from(ids, (_, k) => tiles.of(ends[4 * k], ends[4 * k + 1]));
    const [order, starts] = tiles.order(tileOf, (a, b) => length[b] - length[a]);
    const sorted = new Float64Array(4 * count),
      id = new Uint32Array(count),
      lengths = new Float32Array(count);
    const boxes = Array.from({ length: starts.length - 1 }, () => [Infinity, Infinity, -Infinity, -Infinity]);
    order.forEach((k, place) => {
      const box = boxes[tileOf[k]];
      for (let c = 0; c < 4; c++) {
        const x = (sorted[4 * place + c] = ends[4 * k + c]),
          axis = c & 1;
        box[axis] = Math.min(box[axis], x);
        box[axis + 2] = Math.max(box[axis + 2], x);
      }
      id[place] = ids[k];
      lengths[place] = length[k];
    });
    const [high, low] = this._split(sorted);
    const buffers = [this.buffer(high), this.buffer(low), this.buffer(id)];
    const array = gl.createVertexArray();
    if (count > MANY_LINES) {
      gl.bindVertexArray(array);
      const twice = this.buffer(Uint32Array.from({ length: 2 * count }, (_, k) => id[k >> 1]));
      buffers.push(twice);
      [
        ["high", buffers[0], 2],
        ["low", buffers[1], 2],
        ["id", twice, 1],
      ].forEach(([name, buffer, size]) =>
        this._attribute(this.flat.attribute(name), buffer, size, size === 1),
      );
      gl.bindVertexArray(null);
    }
    return {
      kind: count > MANY_LINES ? "hairlines" : "lines",
      array,
      buffers,
      boxes,
      starts,
      lengths,
      palette: this.texture(new Uint8Array(4)),
    };
  }

  _attribute(place, buffer, size, whole = false, offset = 0) {
    const { gl } = this;
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.enableVertexAttribArray(place);
    if (whole) gl.vertexAttribIPointer(place, size, gl.UNSIGNED_INT, 0, 4 * size * offset);
    else gl.vertexAttribPointer(place, size, gl.FLOAT, false, 0, 4 * size * offset);
  }

  // Gives back what layers take of the graphics memory.
  forget({ fills, edges }) {
    for (const layer of [fills, edges]) {
      for (const buffer of layer.buffers) this.gl.deleteBuffer(buffer);
      this.gl.deleteVertexArray(layer.array);
      this.gl.deleteTexture(layer.palette);
    }
  }

  colour(layer, bytes) {
    this.texture(bytes, layer.palette);
  }

  // Camera: the middle of the view, and pixels for a unit along each axis.
  draw(layers, camera, ground) {
    const { gl } = this,
      ratio = this.fit();
    this.clear(ground);
    const half = [this.canvas.width / 2, this.canvas.height / 2];
    const middle = [camera.x - this.base[0], camera.y - this.base[1]],
      high = middle.map(Math.fround);
    const scale = [camera.sx * ratio, camera.sy * ratio];
    const view = [
      camera.x - half[0] / scale[0],
      camera.y - half[1] / scale[1],
      camera.x + half[0] / scale[0],
      camera.y + half[1] / scale[1],
    ];
    const seen = (box) => box[0] <= view[2] && box[2] >= view[0] && box[1] <= view[3] && box[3] >= view[1];
    for (const { layer, width = 1, strength = 1, least = 0 } of layers) {
      const program = layer.kind === "lines" ? this.ruled : this.flat;
      gl.useProgram(program.made);
      gl.bindTexture(gl.TEXTURE_2D, layer.palette);
      gl.uniform2f(program.at.middleHigh, ...high);
      gl.uniform2f(program.at.middleLow, middle[0] - high[0], middle[1] - high[1]);
      gl.uniform2f(program.at.scale, ...scale);
      gl.uniform2f(program.at.halfSize, ...half);
      gl.uniform1f(program.at.strength, strength);
      gl.bindVertexArray(layer.array);
      if (layer.kind === "polygons") {
        layer.boxes.forEach((box, k) => {
          const count = layer.ends[k + 1] - layer.ends[k];
          if (count && seen(box)) gl.drawElements(gl.TRIANGLES, count, gl.UNSIGNED_INT, 4 * layer.ends[k]);
        });
        continue;
      }
      if (layer.kind === "lines") gl.uniform1f(program.at.width, width * ratio);
      const shortest = least / Math.max(...scale);
      layer.boxes.forEach((box, k) => {
        const first = layer.starts[k],
          end = firstBelow(layer.lengths, first, layer.starts[k + 1], shortest);
        if (end === first || !seen(box)) return;
        if (layer.kind === "hairlines") {
          gl.drawArrays(gl.LINES, 2 * first, 2 * (end - first));
          return;
        }
        ["high", "low", "id"].forEach((name, b) => {
          const place = program.attribute(name);
          this._attribute(place, layer.buffers[b], b < 2 ? 4 : 1, b === 2, first);
          gl.vertexAttribDivisor(place, 1);
        });
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, end - first);
      });
    }
    gl.bindVertexArray(null);
  }
}

// In falling numbers, the first place from `low` on whose number is below `bound`.
function firstBelow(numbers, low, high, bound) {
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle] >= bound) low = middle + 1;
    else high = middle;
  }
  return low;
}
