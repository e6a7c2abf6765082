/**
 * From the bytes of a 1920-pixel JPEG to the embedding of its largest face, on the same
 * two model files with the same looks of the detector. Ours decodes with stb_image and
 * resamples in C; around LiteRT.js the browser's own decoder and canvas do that.
 */

import { PHOTO, bytes, network } from '../files.js';
import { cosine, rows } from '../timing.js';
import * as litert from '../engines/litert.js';
import { prepare } from '../engines/litert-photo.js';
import * as ours from '../engines/ours.js';

/** @param {{runs: number}} options */
export async function measure({ runs }) {
  const photo = await bytes(PHOTO);
  const [near, embedder] = [await network('blazeface-short'), await network('facenet')];

  const engines = await Promise.all(ours.builds().map(async (build) => {
    const engine = await ours.start(build);
    engine.loadDetector(near.model, near.recipe);
    engine.loadEmbedder(embedder.model, embedder.recipe);
    return { name: ours.nameOf(build), engine };
  }));
  const job = (/** @type {import('../../../web/wasm.js').Engine} */ engine) => {
    engine.photoDecode(photo);
    const faces = engine.detect();
    return { faces, embedding: engine.embed(faces[0]) };
  };

  await litert.start();
  const { info } = engines[0].engine;
  const peer = await prepare({
    near: { ...near, side: info.detectors[0].side },
    embedder: { ...embedder, side: info.embedder.width },
  });
  const theirs = await peer(photo);

  const contenders = [
    ...engines.map(({ name, engine }) => {
      const { faces, embedding } = job(engine);
      return { engine: name, run: () => job(engine),
        note: { faces: faces.length, agreement: cosine(embedding, theirs.embedding) } };
    }),
    { engine: litert.NAME, run: () => peer(photo),
      note: { faces: theirs.faces.length, agreement: 1 } },
  ];
  const whole = await rows('JPEG to embedding', contenders, { runs });
  return [...whole, ...await stages(engines[0], photo, runs)];
}

/**
 * Where our time goes.
 * @param {{name: string, engine: import('../../../web/wasm.js').Engine}} ours
 * @param {Uint8Array} photo
 * @param {number} runs
 */
async function stages({ name, engine }, photo, runs) {
  const [face] = engine.detect();
  const work = {
    'of it, decoding': () => engine.photoDecode(photo),
    'of it, detection': () => engine.detect(),
    'of it, embedding': () => engine.embed(face),
  };
  const all = [];
  for (const [subject, run] of Object.entries(work)) {
    all.push(...await rows(subject, [{ engine: name, run }], { runs }));
  }
  return all;
}
