/**
 * From bytes that are there to the first answer: compiling the WebAssembly, reading the
 * network, making its weights ready, the first inference. What the engines fetch themselves
 * they are given from memory. Each time is that of a new process, whose caches are empty.
 */

import { EMBEDDER, bytes, network } from '../files.js';
import { sha256 } from '../../../web/engine/assets.js';
import { readModel } from '../tflite.js';
import { attempt, summarise } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as ort from '../engines/ort.js';
import * as ours from '../engines/ours.js';

export const WHAT = 'the default embedder from bytes in memory to the first answer';

/** @typedef {{engine: string}} Wanted */

/** @param {{runs: number}} options @returns {Wanted[]} */
export function pages({ runs }) {
  return Array.from({ length: runs }, () => Object.keys(ENGINES)
    .map((engine) => ({ engine }))).flat();
}

const STAGES = ['start the engine', 'load the network', 'first inference', 'together'];

/** Fetches, and returns the stages; null: what is a part of the next one.
    @typedef {Awaited<ReturnType<typeof network>>} Loaded
    @type {Record<string, (net: Loaded) => Promise<((() => Promise<unknown>) | null)[]>>} */
const ENGINES = {
  [ours.NAME]: async ({ model, recipe, side }) => {
    const { factory, wasm } = await ours.parts((await ours.builds())[0]);
    const pixels = new Uint8Array(4 * side * side).map((_, i) => i);
    /** @type {import('../../../web/engine/wasm.js').Engine} */
    let engine;
    return [
      async () => {
        engine = await ours.boot({ factory, wasm });
      },
      async () => engine.loadEmbedder(model, recipe, { sha256: await sha256(model) }),
      async () => {
        engine.photoPixels(pixels, side, side);
        return engine.embed(null);
      },
    ];
  },
  [litert.NAME]: async ({ model, side }) => {
    await litert.prepare();
    await fromMemory(litert.FILES);
    /** @type {Awaited<ReturnType<typeof litert.load>>} */
    let run;
    return [
      () => litert.start(),
      async () => {
        run = await litert.load(model);
      },
      () => run(new Float32Array(3 * side * side)),
    ];
  },
  [`${ort.NAME}, f32`]: async ({ model, side }) => {
    const graph = readModel(model);
    const converted = ort.convert(graph);
    await ort.start();
    await fromMemory(ort.FILES);
    /** @type {Awaited<ReturnType<typeof ort.load>>} */
    let run;
    return [
      null,
      async () => {
        run = await ort.load(converted, graph);
      },
      () => run(new Float32Array(3 * side * side)),
    ];
  },
};

/** Whatever is fetched from now on and ends like this has been fetched. @param {string[]} files */
async function fromMemory(files) {
  const kept = await Promise.all(files.map(async (file) => (
    { file, content: await bytes(`build/npm/tests/node_modules/${file}`) })));
  const original = globalThis.fetch;
  globalThis.fetch = async (what, how) => {
    const address = String(/** @type {any} */ (what).url ?? what);
    const found = kept.find(({ file }) => address.endsWith(file));
    return found ? new Response(found.content, { headers: { 'Content-Type': 'application/wasm' } })
      : original(what, how);
  };
}

/** @param {Wanted} wanted */
export async function measure({ engine }) {
  const net = await network(EMBEDDER);
  const result = await attempt(engine, {}, async () => {
    const times = [];
    for (const step of await ENGINES[engine](net)) {
      const start = performance.now();
      await step?.();
      times.push(step ? performance.now() - start : null);
    }
    return { engine, run: () => {}, times };
  });
  return [result];
}

/** Rows by stage from one result a page. @param {any[]} results */
export function summary(results) {
  return STAGES.flatMap((subject, stage) => Object.keys(ENGINES).map((engine) => {
    const own = results.filter((one) => one.engine === engine);
    const failed = own.find((one) => one.failed)?.failed;
    if (failed) return { subject, engine, threads: 1, failed };
    const times = own.map((/** @type {{times: (number | null)[]}} */ { times: each }) => (
      stage < each.length ? each[stage] : each.reduce((sum, time) => (sum ?? 0) + (time ?? 0), 0)));
    const some = times.filter((time) => time !== null);
    return { subject, engine, threads: 1,
      ...(some.length ? summarise(some) : { note: 'with the network' }) };
  }));
}
