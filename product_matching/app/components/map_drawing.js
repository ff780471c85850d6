// Drawing of the points: WebGL, one call for those behind and one for those in front.

const VERTEX = `
attribute vec2 place;
attribute float colour;
attribute float front;
uniform vec2 centre;
uniform vec2 scale;
uniform float size;
uniform float inFront;
uniform vec3 palette[16];
varying vec3 shade;
void main() {
  vec2 at = (place - centre) * scale;
  gl_Position = abs(front - inFront) < 0.5 ? vec4(at.x, -at.y, 0.0, 1.0) : vec4(9.0, 9.0, 9.0, 1.0);
  gl_PointSize = size;
  shade = palette[int(colour + 0.5)];
}`;

const FRAGMENT = `
precision mediump float;
varying vec3 shade;
uniform float opacity;
void main() {
  float edge = 2.0 * distance(gl_PointCoord, vec2(0.5));
  float cover = 1.0 - smoothstep(0.75, 1.0, edge);
  if (cover < 0.02) discard;
  gl_FragColor = vec4(shade, 1.0) * (cover * opacity);
}`;

const COLOURS = {
  light: {
    categories: [
      "#2f7ed8", "#e8710a", "#1d9a5b", "#d6336c", "#8250df", "#b8860b",
      "#0f9fb5", "#a0522d", "#e86fb0", "#6a8f1f", "#5561d6", "#c94a3a",
    ],
    scale: ["#9aa7b3", "#3b8bc4", "#1fa187", "#d9a514", "#d9480f"],
    rest: ["#b6bec6", "#d3d8dd"],
  },
  dark: {
    categories: [
      "#5aa2f2", "#ff9442", "#3cc27f", "#f46a97", "#a884f5", "#dbae3a",
      "#35c3d6", "#cf8157", "#f29bcd", "#9cc34a", "#8d96f2", "#ee7f70",
    ],
    scale: ["#6b7885", "#4f9fd8", "#2fbf9f", "#e8bd3f", "#ff7a3d"],
    rest: ["#5d6670", "#3d444c"],
  },
};

// Colours by index: 12 categories or 5 steps first, then the rest.
function paletteOf(kind, dark) {
  const { categories, scale, rest } = COLOURS[dark ? "dark" : "light"];
  return [...(kind === "scale" ? scale : categories), ...rest];
}

function startDrawing(canvas) {
  const gl = canvas.getContext("webgl", { antialias: false });
  if (!gl) return null;
  const program = gl.createProgram();
  for (const [kind, source] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
    const shader = gl.createShader(kind);
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  if (!gl.getProgramParameter(program, gl.LINK_STATUS)) return null;
  gl.useProgram(program);
  gl.enable(gl.BLEND);
  gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA);
  const uniforms = {};
  for (const name of ["centre", "scale", "size", "inFront", "palette", "opacity"]) {
    uniforms[name] = gl.getUniformLocation(program, name);
  }
  const fill = (name, values, width, normalised) => {
    const buffer = gl.createBuffer();
    const place = gl.getAttribLocation(program, name);
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
    gl.bufferData(gl.ARRAY_BUFFER, values, gl.STATIC_DRAW);
    gl.enableVertexAttribArray(place);
    const kind = values instanceof Uint16Array ? gl.UNSIGNED_SHORT : gl.UNSIGNED_BYTE;
    gl.vertexAttribPointer(place, width, kind, normalised, 0, 0);
    return buffer;
  };
  const held = {};
  const set = (name, values, width, normalised) => {
    if (held[name]) gl.deleteBuffer(held[name]);
    held[name] = fill(name, values, width, normalised);
  };
  return { gl, uniforms, set };
}

// Draws all points in the view; `opacity` is that of those behind, null for none of them in front.
function drawPoints({ gl, uniforms }, { count, view, width, height, pixel, size, palette, frontPalette, behind }) {
  gl.viewport(0, 0, width * pixel, height * pixel);
  gl.clearColor(0, 0, 0, 0);
  gl.clear(gl.COLOR_BUFFER_BIT);
  const unit = view.zoom * unitOf(width, height);
  gl.uniform2f(uniforms.centre, view.x, view.y);
  gl.uniform2f(uniforms.scale, (2 * unit) / width, (2 * unit) / height);
  gl.uniform3fv(uniforms.palette, palette);
  gl.uniform1f(uniforms.size, size * pixel);
  gl.uniform1f(uniforms.inFront, 0);
  gl.uniform1f(uniforms.opacity, behind ?? 0.85);
  gl.drawArrays(gl.POINTS, 0, count);
  if (behind === null) return;
  gl.uniform3fv(uniforms.palette, frontPalette);
  gl.uniform1f(uniforms.size, (size + 2) * pixel);
  gl.uniform1f(uniforms.inFront, 1);
  gl.uniform1f(uniforms.opacity, 1);
  gl.drawArrays(gl.POINTS, 0, count);
}

// Pixels that the whole map takes at zoom 1.
function unitOf(width, height) {
  return 0.98 * Math.min(width, height);
}

// In front the greys are as strong as text.
function frontOf(colours, dark) {
  const rest = COLOURS.light.rest.length;
  return [...colours.slice(0, -rest), ...Array(rest).fill(dark ? "#eef1f4" : "#2b3138")];
}

function numbersOf(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16) / 255);
}
