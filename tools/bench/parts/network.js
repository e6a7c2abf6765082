/**
 * One inference, the network alone. Ours is handed the crop as the current photo and
 * then timed over everything from those pixels to the answer: resampling (to the same
 * size), normalising, the network, the unit vector or the decoded faces. Peers are handed
 * the finished floats, and timed over copying them in, the network, and copying out.
 *
 * The loop beside them does the network's multiplications and nothing else: no engine can
 * be faster on one thread with these instructions.
 */

import { DETECTOR, EMBEDDER, PHOTO, bytes, network, normalise } from '../files.js';
import { multipliers } from '../loops.js';
import { multiplications, readModel } from '../tflite.js';
import { attempt, cosine, rows } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as ort from '../engines/ort.js';
import * as ours from '../engines/ours.js';
import * as tfjs from '../engines/tfjs.js';

export const WHAT = 'one inference of each network, beside LiteRT.js, ONNX Runtime Web and '
  + 'TensorFlow.js with the same weights, and beside the machine\'s peak';

/** @typedef {import('../networks.mjs').Network} Network */
/** @typedef {import('../timing.js').Contender} Contender */

/** A page for each: engines have one runtime a page, with a fixed number of threads.
    @param {{networks: Network[], threads: number[], runs: number}} options */
export function pages({ networks, threads, runs }) {
  return networks.flatMap((one) => threads.map((count) => (
    { network: one, threads: count, runs })));
}

/** Least cosine to what our engine computes: rounding to 8 bits differs. */
const LEAST = { f32: 0.999, f16: 0.999, int8: 0.98 };

/** Multiplications from which on it makes no difference what the caches held, */
const LARGE = 2e9;
/** and below which a run is as short as what it costs to read the clocks. */
const TINY = 1e8;

/** @param {{network: Network, threads: number, runs: number}} options */
export async function measure({ network: measured, threads, runs }) {
  const net = await network(measured.file);
  const graph = readModel(net.model);
  const { float, int8 } = multiplications(graph);
  const subject = await (measured.task === 'embedder' ? embedding : detection)(net, threads);
  const peers = await prepared(measured, { net, graph, threads, ...subject });
  const loops = threads === 1 ? await multipliers() : [];
  const all = await rows(`${measured.name}, ${measured.dtype}`,
    [...subject.ours, ...peers, ...loops.map(({ run }) => ({ engine: '', run }))],
    { runs, lead: float + int8 < LARGE, repeat: float + int8 < TINY ? 5 : 1 });

  const times = all.splice(all.length - loops.length);
  const least = (/** @type {string} */ build) => loops.reduce((sum, loop, i) => (
    loop.build === build
      ? sum + { float, int8 }[loop.type] / loop.multiplications * times[i].median : sum), 0);
  return all.map(({ instructions, ...row }) => ({
    network: measured.id, file: measured.dtype, multiplications: float + int8,
    ...row, threads, ...(least(instructions) && { peak: least(instructions) / row.median }),
  }));
}

/**
 * Our engine with a face, and what it computes, as the peers are to compute it.
 * @param {Awaited<ReturnType<typeof network>>} net
 * @param {number} threads
 */
async function embedding(net, threads) {
  const crop = await faceCrop(net.side);
  const [best] = await ours.builds();
  const engine = await load(best);
  const reference = engine.embed(null);

  /** @param {ours.Build} build @param {number} [count] */
  async function load(build, count) {
    const one = await ours.start(build, count);
    one.loadEmbedder(net.model, net.recipe);
    one.photoPixels(crop.data, crop.width, crop.height);
    return one;
  }

  return {
    floats: normalise(net, crop.data),
    agreement: (/** @type {Float32Array[]} */ [vector]) => cosine(vector, reference),
    ours: await contenders(threads, async (build) => {
      const one = await load(build, threads);
      return { run: () => one.embed(null), agreement: cosine(one.embed(null), reference) };
    }),
  };
}

/**
 * Without a face in the picture nothing is looked at twice: one inference, no more. What
 * our engine sees in the outputs is faces, so the peers are compared with one another.
 * @param {Awaited<ReturnType<typeof network>>} net
 * @param {number} threads
 */
async function detection(net, threads) {
  const { side } = net;
  const slope = new Uint8ClampedArray(4 * side * side)
    .map((_, i) => (i % 4 === 3 ? 255 : i >> 9));
  /** @type {Float32Array[]} */
  let first;
  return {
    floats: normalise(net, slope),
    agreement: (/** @type {Float32Array[]} */ outputs) => {
      const sorted = outputs.toSorted((a, b) => a.length - b.length);
      first ??= sorted;
      return Math.min(...sorted.map((output, i) => cosine(output, first[i])));
    },
    ours: await contenders(threads, async (build) => {
      const engine = await ours.start(build, threads);
      engine.loadDetector(net.model, net.recipe);
      engine.photoPixels(slope, side, side);
      if (engine.detect().length) throw new Error('it sees a face in a slope of grey');
      return { run: () => engine.detect() };
    }),
  };
}

/**
 * @param {number} threads
 * @param {(build: ours.Build) => Promise<{run: () => unknown, agreement?: number}>} prepare
 */
async function contenders(threads, prepare) {
  return Promise.all((await ours.builds(threads)).map((build) => {
    const note = { instructions: ours.instructions(build) };
    return attempt(ours.nameOf(build), note, async () => {
      const { run, ...more } = await prepare(build);
      return { engine: ours.nameOf(build), run, note: { ...note, ...more } };
    });
  }));
}

/**
 * The peers that compute the right thing: each in every type that it has for this file.
 * @param {Network} measured
 * @param {{net: {model: Uint8Array}, graph: import('../tflite.js').Graph, threads: number,
 *   floats: Float32Array, agreement: (outputs: Float32Array[]) => number}} subject
 */
async function prepared({ dtype, alone }, { net, graph, threads, floats, agreement }) {
  const least = LEAST[dtype];
  /** @param {string} engine @param {string} computes
      @param {() => Promise<() => Promise<Float32Array[]>>} prepare */
  const peer = (engine, computes, prepare) => attempt(engine, { computes }, async () => {
    const run = await prepare();
    const agreed = agreement(await run());
    if (!(agreed >= least)) {
      throw new Error(`wrong result: cosine ${agreed.toFixed(4)}, not ${least}`);
    }
    return { engine, run, note: { computes, agreement: agreed } };
  });
  const [startTfjs, startOrt] = [tfjs, ort].map((one) => once(() => one.start(threads)));
  const arranged = ort.arrange(floats);

  const inLitert = await peer(litert.NAME, dtype, async () => {
    await litert.start(threads);
    const run = await litert.load(net.model);
    return () => run(floats);
  });
  const inOrt = (/** @type {string} */ computes) => peer(ort.NAME, computes, async () => {
    await startOrt();
    if (computes === 'int8') await startTfjs();
    const ranges = computes === 'int8' ? tfjs.ranges(graph, floats) : null;
    const run = await ort.load(ort.convert(graph, ranges), graph);
    return () => run(arranged);
  });
  const inTfjs = () => peer(tfjs.NAME, 'f32', async () => {
    await startTfjs();
    const run = tfjs.load(graph);
    return () => run(floats);
  });
  return [
    inLitert,
    ...dtype === 'int8' ? [await inOrt('int8')] : [],
    ...dtype === 'f32' || alone ? [await inOrt('f32'), await inTfjs()] : [],
  ];
}

/** @template T @param {() => Promise<T>} start */
function once(start) {
  /** @type {Promise<T>} */
  let started;
  return () => (started ??= start());
}

/** The largest face of the test photo as the default embedder sees it. @param {number} side */
async function faceCrop(side) {
  const engine = await ours.start((await ours.builds())[0]);
  const [near, facenet] = [await network(DETECTOR), await network(EMBEDDER)];
  engine.loadDetector(near.model, near.recipe);
  engine.loadEmbedder(facenet.model, facenet.recipe);
  engine.photoDecode(await bytes(PHOTO));
  const crop = engine.crop(engine.detect()[0], { side, loose: false });
  engine.close();
  return crop;
}
