/**
 * From the bytes of a 1920-pixel JPEG to five names. Ours decodes with stb_image and
 * resamples in C; with the others the browser's own decoder and canvas do that. LiteRT.js
 * runs the same two model files with the same looks of the detector. Human and face-api.js
 * use their own networks, with all that is not needed for names switched off.
 */

import { DETECTOR, EMBEDDER, PHOTO, bytes, network } from '../files.js';
import { inFrame } from '../frame.js';
import { attempt, cosine, rows } from '../timing.js';
import * as litert from '../engines/litert.js';
import * as litertPhoto from '../engines/litert-photo.js';
import * as ours from '../engines/ours.js';

export const WHAT = 'a 1920-pixel JPEG to five names for a face, beside LiteRT.js with the '
  + 'same networks, and Human and face-api.js with their own';

const GALLERY = 'build/galleries/presidents.humg';

/** @param {{threads: number[], runs: number}} options */
export function pages({ threads, runs }) {
  return threads.map((count) => ({ threads: count, runs }));
}

/** The largest face, or all of them. @type {[string, number][]} */
const JOBS = [['largest face', 1], ['every face', Infinity]];

/** @typedef {{faces: unknown[], embeddings?: Float32Array[]}} Answer */
/** @typedef {{engine: string, work: (most: number) => Promise<Answer>}} Application */

/** @param {{threads: number, runs: number}} options */
export async function measure({ threads, runs }) {
  const photo = await bytes(PHOTO);
  const [near, embedder] = [await network(DETECTOR), await network(EMBEDDER)];
  const gallery = await bytes(GALLERY);

  /** @param {ours.Build} build @param {number} [count] */
  const start = async (build, count) => {
    const engine = await ours.start(build, count);
    engine.loadDetector(near.model, near.recipe);
    engine.loadEmbedder(embedder.model, embedder.recipe);
    engine.loadGallery(gallery);
    return engine;
  };
  const [best] = await ours.builds();
  const reference = await start(best);
  const expected = job(reference, photo, 1);
  const people = reference.info.gallery.people;

  const applications = [
    ...(await ours.builds(threads)).map((build) => ({ name: ours.nameOf(build),
      prepare: async () => {
        const engine = await start(build, threads);
        return async (/** @type {number} */ most) => job(engine, photo, most);
      } })),
    { name: litert.NAME, prepare: async () => {
      await litert.start(threads);
      const work = await litertPhoto.prepare({ near, embedder, people });
      return (/** @type {number} */ most) => work(photo, most);
    } },
    ...APPLICATIONS.map(({ name, module, options }) => ({ name, prepare: async () => {
      const { prepare } = await inFrame(new URL(`../engines/${module}.js`, import.meta.url));
      const work = await prepare({ threads, people, ...options });
      return (/** @type {number} */ most) => work(photo, most);
    } })),
  ];
  const ready = await Promise.all(applications.map(({ name, prepare }) => (
    attempt(name, { threads }, async () => ({ engine: name, run: await prepare() })))));
  const all = [];
  for (const [subject, most] of JOBS) {
    const contenders = [];
    for (const one of ready) contenders.push('run' in one ? await check(one, most) : one);
    all.push(...await rows(subject, contenders, { runs }));
  }
  return threads === 1 ? [...all, ...await stages(ours.nameOf(best), reference, photo, runs)]
    : all;

  /** @param {{engine: string, run: (most: number) => Promise<Answer>}} one @param {number} most */
  function check({ engine, run }, most) {
    return attempt(engine, { threads }, async () => {
      const { faces, embeddings } = await run(most);
      if (!faces.length) throw new Error('it finds no face');
      const agreement = embeddings && cosine(embeddings[0], expected.embeddings[0]);
      if (agreement && agreement < LEAST) throw new Error(`another face: cosine ${agreement}`);
      return { engine, run: () => run(most), note: { threads, faces: faces.length, agreement } };
    });
  }
}

/** Least cosine of one face's embeddings: the framing differs by a pixel. */
const LEAST = 0.95;

const APPLICATIONS = [
  { name: 'Human', module: 'human', options: {} },
  { name: 'face-api.js, SSD MobileNet', module: 'face-api', options: { detector: 'ssd' } },
  { name: 'face-api.js, tiny detector', module: 'face-api', options: { detector: 'tiny' } },
];

/** @param {import('../../../web/engine/wasm.js').Engine} engine @param {Uint8Array} photo
    @param {number} most  faces that are to be named */
function job(engine, photo, most) {
  engine.photoDecode(photo);
  const faces = engine.detect();
  const embeddings = faces.slice(0, most).map((face) => engine.embed(face));
  return { faces, embeddings, names: embeddings.map((one) => engine.search(one, 5)) };
}

/**
 * Where our time goes.
 * @param {string} name
 * @param {import('../../../web/engine/wasm.js').Engine} engine
 * @param {Uint8Array} photo
 * @param {number} runs
 */
async function stages(name, engine, photo, runs) {
  const [face] = engine.detect();
  const embedding = engine.embed(face);
  const work = {
    'of it, decoding': () => engine.photoDecode(photo),
    'of it, detection': () => engine.detect(),
    'of it, embedding': () => engine.embed(face),
    'of it, search': () => engine.search(embedding, 5),
  };
  const all = [];
  for (const [subject, run] of Object.entries(work)) {
    all.push(...await rows(subject, [{ engine: name, run }], { runs }));
  }
  return all;
}
