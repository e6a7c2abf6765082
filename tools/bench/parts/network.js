/**
 * One inference, the network alone. Ours is handed the crop as the current photo and
 * then timed over everything from those pixels to the answer: resampling (to the same
 * size), normalising, the network, the unit vector or the decoded faces. Peers are handed
 * the finished floats, and timed over copying them in, the network, and copying out.
 */

import { PHOTO, bytes, network, normalise } from '../files.js';
import { cosine, rows } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as ours from '../engines/ours.js';

/** @param {{runs: number}} options */
export async function measure({ runs }) {
  await litert.start();
  return [...await embedder('facenet', runs), ...await detector(runs)];
}

/** @param {string} name @param {number} runs */
async function embedder(name, runs) {
  const net = await network(name);
  const engines = await Promise.all(ours.builds().map(async (build) => {
    const engine = await ours.start(build);
    engine.loadEmbedder(net.model, net.recipe);
    return { name: ours.nameOf(build), engine };
  }));
  const { width } = engines[0].engine.info.embedder;
  const crop = await faceCrop(width);
  const floats = normalise(net, crop.data);
  const peer = await litert.load(net.model);

  for (const { engine } of engines) engine.photoPixels(crop.data, width, width);
  const [theirs] = await peer(floats);
  const contenders = [
    ...engines.map((e) => ({ engine: e.name, run: () => e.engine.embed(null),
      note: { agreement: cosine(e.engine.embed(null), theirs) } })),
    { engine: litert.NAME, run: () => peer(floats), note: { agreement: 1 } },
  ];
  return rows(`${net.id}, ${width} x ${width}`, contenders,
    { runs, lead: true });
}

/** @param {number} runs */
async function detector(runs) {
  const net = await network('blazeface-short');
  const engines = await Promise.all(ours.builds().map(async (build) => {
    const engine = await ours.start(build);
    engine.loadDetector(net.model, net.recipe);
    return { name: ours.nameOf(build), engine };
  }));
  const { side } = engines[0].engine.info.detectors[0];
  // Without a face in it nothing is looked at twice: one inference, no more.
  const slope = new Uint8ClampedArray(4 * side * side)
    .map((_, i) => (i % 4 === 3 ? 255 : i >> 9));
  const floats = normalise(net, slope);
  const peer = await litert.load(net.model);
  for (const { name, engine } of engines) {
    engine.photoPixels(slope, side, side);
    if (engine.detect().length) throw new Error(`${name} sees a face in a slope of grey`);
  }
  const contenders = [
    ...engines.map((e) => ({ engine: e.name, run: () => e.engine.detect() })),
    { engine: litert.NAME, run: () => peer(floats) },
  ];
  return rows(`${net.id}, ${side} x ${side}`, contenders,
    { runs, repeat: 5, lead: true });
}

/** The largest face of the test photo as the default embedder sees it. @param {number} side */
async function faceCrop(side) {
  const engine = await ours.start(ours.builds()[0]);
  const near = await network('blazeface-short');
  const facenet = await network('facenet');
  engine.loadDetector(near.model, near.recipe);
  engine.loadEmbedder(facenet.model, facenet.recipe);
  engine.photoDecode(await bytes(PHOTO));
  const crop = engine.crop(engine.detect()[0], { side, loose: false });
  engine.close();
  return crop;
}
