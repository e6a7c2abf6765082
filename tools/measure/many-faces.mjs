/**
 * How long it takes to sort many faces into people, and the memory it needs, in WebAssembly
 * with one thread: made-up embeddings around made-up people.
 *
 *     node tools/measure/many-faces.mjs [--faces 20000] [--people 1000] [--noise 0.8]
 *
 * noise: its length beside a person's own direction; 0.8 makes cosines of 0.6 within a person.
 * Needs build/site.
 */

import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: {
  faces: { type: 'string', default: '20000' },
  people: { type: 'string', default: '1000' },
  noise: { type: 'string', default: '0.8' },
} });

const { Humshakal } = await import(new URL('../../build/site/humshakal.js', import.meta.url).href);
const humshakal = await Humshakal.create();
const { dimension } = humshakal.info.embedder;

let state = 1;
/** The same numbers each time. */
function chance() {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
  return state / 2 ** 32 - 0.5;
}

/** @param {Float32Array} vector */
function unit(vector) {
  const length = Math.hypot(...vector);
  return vector.map((value) => value / length);
}
const random = () => unit(Float32Array.from({ length: dimension }, chance));

const centres = Array.from({ length: Number(values.people) }, random);
const faces = Array.from({ length: Number(values.faces) }, (_, i) => {
  const noise = random();
  return { embedding: unit(centres[i % centres.length].map((value, k) => (
    value + Number(values.noise) * noise[k]))) };
});
const before = process.memoryUsage().rss;
const start = performance.now();
const groups = await humshakal.group(faces);
console.log(`${faces.length} faces of ${centres.length} people: ${new Set(groups).size} groups, ${
  ((performance.now() - start) / 1000).toFixed(1)} s, ${
  ((process.memoryUsage().rss - before) / 1e6).toFixed(0)} MB more than before; ${humshakal.info.build}`);
humshakal.close();
