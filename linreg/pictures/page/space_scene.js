// Space: solids by their facets, lit from the eye, moved apart and peeled off on demand.

const PLACED_IN_SPACE = `
uniform mat4 view; uniform vec3 middle, eye; uniform float apart, peel; uniform uint chosen;
vec4 placed(vec3 p, vec3 centre, uint id) {
  if (id != chosen && dot(centre - middle, eye) > peel) return vec4(2, 2, 2, 1);
  return view * vec4(p - middle + apart * (centre - middle), 1);
}`;

class SpaceScene extends Drawing {
  constructor(canvas, regions) {
    super(canvas);
    if (!this.works) return;
    this.regions = regions;
    const { gl } = this;
    const [lower, upper] = FACTS.frame;
    this.middle = lower.map((x, k) => (x + upper[k]) / 2);
    this.radius = Math.hypot(...lower.map((x, k) => upper[k] - x)) / 2;
    this.solid = this.program(
      `
      in vec3 at, normal, centre; in uint id; flat out vec4 colour;
      ${PLACED_IN_SPACE} ${SHADE} uniform float isPick;
      void main() {
        gl_Position = placed(at, centre, id);
        uint n = id + 1u;
        colour = isPick > 0.0 ? vec4(float(n & 255u), float((n >> 8) & 255u), float(n >> 16), 255.0) / 255.0
          : vec4(shade(id).rgb * (0.68 + 0.32 * abs(dot(normal, eye))), 1.0);
      }`,
      `flat in vec4 colour; out vec4 seen; void main() { seen = colour; }`,
    );
    this.ruled = this.program(
      `
      in vec3 from, to, centre; in uint id, owner; flat out vec4 colour; out float across; flat out float reach;
      ${PLACED_IN_SPACE} ${SHADE} uniform vec2 halfSize; uniform float width;
      void main() {
        vec4 p = placed(from, centre, id), q = placed(to, centre, id);
        vec2 way = (q.xy / q.w - p.xy / p.w) * halfSize; float far = length(way); way = far > 0.0 ? way / far : vec2(1, 0);
        reach = width / 2.0; float side = (gl_VertexID & 1) == 0 ? -1.0 : 1.0; across = side * (reach + 1.0);
        vec4 end = gl_VertexID < 2 ? p : q;
        gl_Position = end + vec4(vec2(-way.y, way.x) * across / halfSize * end.w, -0.0006 * end.w, 0);
        colour = shade(owner); if (colour.a == 0.0) gl_Position = vec4(2, 2, 2, 1);
      }`,
      `flat in vec4 colour; in float across; flat in float reach; out vec4 seen;
       void main() { float a = clamp(reach + 0.5 - abs(across), 0.0, 1.0); if (a < 0.05) discard; seen = vec4(colour.rgb, colour.a * a); }`,
    );
    this.thin = this.program(
      `
      in vec3 from, centre; in uint id, owner; flat out vec4 colour;
      ${PLACED_IN_SPACE} ${SHADE}
      void main() {
        gl_Position = placed(from, centre, id); gl_Position.z -= 0.0006 * gl_Position.w;
        colour = shade(owner); if (colour.a == 0.0) gl_Position = vec4(2, 2, 2, 1);
      }`,
      `flat in vec4 colour; out vec4 seen; void main() { seen = vec4(colour.rgb, colour.a * 0.6); }`,
    );
    this._load(regions);
    this.seen = gl.createFramebuffer();
    this.fills = this.texture(new Uint8Array(4));
    this.inks = this.texture(new Uint8Array(4));
  }

  _load(regions) {
    const { gl } = this,
      { corners, offsets, faceOffsets, shown, owners, centres } = regions;
    const size = corners.length / 3,
      triangles = [];
    const normals = new Float32Array(corners.length),
      middles = new Float32Array(corners.length),
      ids = new Uint32Array(size);
    const [froms, tos, ways, lineIds, lineOwners] = [[], [], [], [], []];
    for (let k = 0; k < shown.length; k++) {
      const centre = centres.subarray(3 * k, 3 * k + 3),
        known = new Map();
      for (let f = faceOffsets[k]; f < faceOffsets[k + 1]; f++) {
        const first = offsets[f],
          end = offsets[f + 1],
          normal = this._normal(corners, first, end);
        for (let c = first; c < end; c++) {
          const d = c + 1 < end ? c + 1 : first;
          normals.set(normal, 3 * c);
          middles.set(centre, 3 * c);
          ids[c] = shown[k];
          if (c > first + 1) triangles.push(first, c - 1, c);
          const p = corners.subarray(3 * c, 3 * c + 3),
            q = corners.subarray(3 * d, 3 * d + 3);
          const key = p.map((x, axis) => Math.round(((x + q[axis]) / this.radius) * 1e5)).join(),
            before = known.get(key);
          // Two facets of a solid meet in an edge, which belongs to the first unit of the two.
          const owner = owners[f] < 0 ? regions.units : owners[f];
          if (before !== undefined) {
            lineOwners[before] = Math.min(lineOwners[before], owner);
            continue;
          }
          known.set(key, lineIds.length);
          froms.push(...p);
          tos.push(...q);
          ways.push(...centre);
          lineIds.push(shown[k]);
          lineOwners.push(owner);
        }
      }
    }
    const array = (program, parts, divisor) => {
      const made = gl.createVertexArray();
      gl.bindVertexArray(made);
      for (const [name, data] of Object.entries(parts)) {
        const place = program.attribute(name);
        this.buffer(data);
        gl.enableVertexAttribArray(place);
        if (data instanceof Uint32Array) gl.vertexAttribIPointer(place, 1, gl.UNSIGNED_INT, 0, 0);
        else gl.vertexAttribPointer(place, 3, gl.FLOAT, false, 0, 0);
        gl.vertexAttribDivisor(place, divisor);
      }
      return made;
    };
    this.solids = array(this.solid, { at: corners, normal: normals, centre: middles, id: ids }, 0);
    this.buffer(Uint32Array.from(triangles), gl.ELEMENT_ARRAY_BUFFER);
    this.triangles = triangles.length;
    this.lineCount = lineIds.length;
    if (this.lineCount > MANY_LINES) {
      // Both ends one after the other.
      const both = (numbers, others) =>
        Float32Array.from(
          { length: 2 * numbers.length },
          (_, k) => (k % 6 < 3 ? numbers : others)[3 * Math.floor(k / 6) + (k % 3)],
        );
      const twice = (numbers) => Uint32Array.from({ length: 2 * numbers.length }, (_, k) => numbers[k >> 1]);
      this.edges = array(
        this.thin,
        { from: both(froms, tos), centre: both(ways, ways), id: twice(lineIds), owner: twice(lineOwners) },
        0,
      );
    } else {
      this.edges = array(
        this.ruled,
        {
          from: Float32Array.from(froms),
          to: Float32Array.from(tos),
          centre: Float32Array.from(ways),
          id: Uint32Array.from(lineIds),
          owner: Uint32Array.from(lineOwners),
        },
        1,
      );
    }
    gl.bindVertexArray(null);
  }

  _normal(corners, first, end) {
    const sum = [0, 0, 0];
    for (let c = first; c < end; c++) {
      const p = corners.subarray(3 * c, 3 * c + 3),
        d = c + 1 < end ? c + 1 : first,
        q = corners.subarray(3 * d, 3 * d + 3);
      for (let k = 0; k < 3; k++) sum[k] += p[(k + 1) % 3] * q[(k + 2) % 3] - p[(k + 2) % 3] * q[(k + 1) % 3];
    }
    const size = Math.hypot(...sum) || 1;
    return sum.map((x) => x / size);
  }

  colour(fills, inks) {
    this.texture(fills, this.fills);
    this.texture(inks, this.inks);
  }

  // Camera: rows of a rotation, and how far away the eye is, in radii.
  matrix(camera) {
    const [right, up, eye] = camera.axes,
      far = camera.far * this.radius,
      lens = 2.4;
    const aspect = this.canvas.width / this.canvas.height;
    const near = Math.max(0.05, camera.far - 2.2) * this.radius,
      end = far + 2.2 * this.radius,
      depth = (end + near) / (end - near);
    const rows = [
      [...right.map((x) => (x * lens) / Math.max(1, aspect)), 0],
      [...up.map((x) => x * lens * Math.min(1, aspect)), 0],
      [...eye.map((x) => -x * depth), far * depth - (2 * end * near) / (end - near)],
      [...eye.map((x) => -x), far],
    ];
    return Float32Array.from([0, 1, 2, 3].flatMap((column) => rows.map((row) => row[column])));
  }

  // The facets of a solid as they are seen: rings of points from 0 to 1, from the left and from the top.
  outline(camera, apart, region) {
    const { corners, offsets, faceOffsets, shown, centres } = this.regions,
      k = shown.indexOf(region),
      view = this.matrix(camera);
    if (k < 0) return [];
    const seen = (c) => {
      const p = this.middle.map(
        (m, axis) => corners[3 * c + axis] - m + apart * (centres[3 * k + axis] - m),
      );
      const [x, y, , w] = [0, 1, 2, 3].map(
        (row) => view[row] * p[0] + view[4 + row] * p[1] + view[8 + row] * p[2] + view[12 + row],
      );
      return [(1 + x / w) / 2, (1 - y / w) / 2];
    };
    const ring = (f) =>
      Array.from({ length: offsets[f + 1] - offsets[f] }, (_, c) => seen(offsets[f] + c));
    return Array.from({ length: faceOffsets[k + 1] - faceOffsets[k] }, (_, f) => ring(faceOffsets[k] + f));
  }

  draw(camera, { ground, apart, peel, chosen, hasEdges, picking = false }) {
    const { gl } = this,
      ratio = this.fit();
    this.clear(picking ? [0, 0, 0] : ground);
    gl.enable(gl.DEPTH_TEST);
    if (picking) gl.disable(gl.BLEND);
    const view = this.matrix(camera);
    const uniforms = (program) => {
      gl.useProgram(program.made);
      gl.uniformMatrix4fv(program.at.view, false, view);
      gl.uniform3f(program.at.middle, ...this.middle);
      gl.uniform3f(program.at.eye, ...camera.axes[2]);
      gl.uniform1f(program.at.apart, apart);
      gl.uniform1f(program.at.peel, (1 - 2 * peel) * this.radius);
      gl.uniform1ui(program.at.chosen, chosen < 0 ? 0xffffffff : chosen);
    };
    uniforms(this.solid);
    gl.uniform1f(this.solid.at.isPick, picking ? 1 : 0);
    gl.bindTexture(gl.TEXTURE_2D, this.fills);
    gl.bindVertexArray(this.solids);
    gl.drawElements(gl.TRIANGLES, this.triangles, gl.UNSIGNED_INT, 0);
    if (hasEdges && !picking) {
      const isMany = this.lineCount > MANY_LINES;
      uniforms(isMany ? this.thin : this.ruled);
      gl.bindTexture(gl.TEXTURE_2D, this.inks);
      gl.bindVertexArray(this.edges);
      if (isMany) gl.drawArrays(gl.LINES, 0, 2 * this.lineCount);
      else {
        gl.uniform2f(this.ruled.at.halfSize, this.canvas.width / 2, this.canvas.height / 2);
        gl.uniform1f(this.ruled.at.width, 1.1 * ratio);
        gl.drawArraysInstanced(gl.TRIANGLE_STRIP, 0, 4, this.lineCount);
      }
    }
    gl.bindVertexArray(null);
    gl.disable(gl.DEPTH_TEST);
  }

  // The region that is seen at a pixel of the page; -1 if none is. Numbers are drawn in place of colours, once for
  // each view.
  pick(camera, state, x, y) {
    const { gl } = this,
      ratio = this.fit(),
      key = JSON.stringify([camera, state, this.canvas.width, this.canvas.height]);
    gl.bindFramebuffer(gl.FRAMEBUFFER, this.seen);
    if (key !== this.key) {
      this.key = key;
      this._attach();
      this.draw(camera, { ...state, picking: true });
    }
    const bytes = new Uint8Array(4);
    gl.readPixels(
      Math.floor(x * ratio),
      this.canvas.height - 1 - Math.floor(y * ratio),
      1,
      1,
      gl.RGBA,
      gl.UNSIGNED_BYTE,
      bytes,
    );
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return bytes[0] + 256 * bytes[1] + 65536 * bytes[2] - 1;
  }

  _attach() {
    const { gl } = this,
      { width, height } = this.canvas;
    for (const buffer of this.buffers ?? []) gl.deleteRenderbuffer(buffer);
    this.buffers = [
      [gl.COLOR_ATTACHMENT0, gl.RGBA8],
      [gl.DEPTH_ATTACHMENT, gl.DEPTH_COMPONENT24],
    ].map(([place, kind]) => {
      const made = gl.createRenderbuffer();
      gl.bindRenderbuffer(gl.RENDERBUFFER, made);
      gl.renderbufferStorage(gl.RENDERBUFFER, kind, width, height);
      gl.framebufferRenderbuffer(gl.FRAMEBUFFER, place, gl.RENDERBUFFER, made);
      return made;
    });
  }
}
