/**
 * What can be asked of an engine, wherever it runs: in a worker (worker.js) or, where there
 * are no workers, in this thread. Arguments and values are plain data that can be posted.
 */

import { boundScript } from './bound-worker.js';
import { HumError } from './errors.js';
import { arrival, missing } from './patience.js';
import { Engine } from './wasm.js';

/** @typedef {import('./wasm.js').Face} Face */

/**
 * A photo on its way to the engine: encoded bytes, or pixels, or only the number of the
 * photo that was sent last.
 * @typedef {object} SentPhoto
 * @property {number} id
 * @property {Uint8Array} [bytes]
 * @property {Uint8ClampedArray | Uint8Array} [pixels]
 * @property {number} [width]
 * @property {number} [height]
 * @property {{width: number, height: number} | null} [shrunkFrom]
 */

/** @typedef {{data: Uint8ClampedArray<ArrayBuffer>, width: number, height: number}} Crop */

/**
 * @typedef {object} Shown  the photo that the engine holds
 * @property {number} id
 * @property {number} width
 * @property {number} height
 * @property {number} orientation  of its file (hum_photo_orientation)
 * @property {{width: number, height: number} | null} shrunkFrom
 * @property {unknown} error  why it could not be taken, if so
 *
 * @returns {Shown}
 */
const nothing = () => ({ id: 0, width: 0, height: 0, orientation: 1, shrunkFrom: null, error: null });

export function createOps() {
  /** @type {Engine} */
  let engine;
  let current = nothing();

  /** @param {SentPhoto} photo */
  function show({ id, bytes, pixels, width = 0, height = 0, shrunkFrom = null }) {
    if (bytes || pixels) {
      current = { ...nothing(), id, width, height, shrunkFrom };
      try {
        if (bytes) Object.assign(current, engine.photoDecode(bytes));
        else if (pixels) engine.photoPixels(pixels, width, height);
      } catch (error) {
        current.error = error;
      }
    } else if (id !== current.id) {
      throw new HumError('HUM_ERROR_INTERNAL', `Photo ${id} was expected to be the `
        + `current one, which is ${current.id}.`);
    }
    if (current.error) throw current.error;
  }

  /**
   * @param {Face | null} face
   * @param {boolean} detect  find the largest face when none is given
   */
  function choose(face, detect) {
    if (face || !detect) return face;
    const [largest] = engine.detect();
    if (!largest) {
      throw new HumError('HUM_ERROR_NO_FACE', 'No face was found in this photo. Try one '
        + 'where the face is larger, lit and not turned away, or use the whole picture '
        + 'as the face.');
    }
    return largest;
  }

  return {
    /** @param {{script: string, wasm: Uint8Array, threads: number}} args */
    async start({ script, wasm, threads }) {
      const { default: factory } = await arrival(import(script), script);
      if (typeof factory !== 'function') throw missing(script, 'there is another one instead');
      const threadScript = threads > 1 ? boundScript(script) : undefined;
      try {
        engine = await Engine.start(factory, wasm, { threads, threadScript });
      } catch (cause) {
        // Emscripten says it in a RuntimeError of its own.
        if (!/RangeError|out of memory/i.test(String(cause))) throw cause;
        throw new HumError('HUM_ERROR_MEMORY', 'The browser gives the engine no memory '
          + `(${cause}). Close other tabs or programs and try again.`, { cause });
      }
      return engine.info;
    },

    /** @param {{model: Uint8Array, recipe: Uint8Array | null}} args */
    loadDetector({ model, recipe }) {
      engine.loadDetector(model, recipe);
      return engine.info;
    },

    /** @param {{model: Uint8Array, recipe: Uint8Array | null, sha256?: string}} args */
    loadEmbedder({ model, recipe, sha256 }) {
      engine.loadEmbedder(model, recipe, { sha256 });
      return engine.info;
    },

    /** @param {{bytes: Uint8Array, anyNetwork?: boolean}} args */
    loadGallery({ bytes, anyNetwork }) {
      engine.loadGallery(bytes, { anyNetwork });
      return engine.info;
    },

    /**
     * Begins to make a gallery for this network from the small pictures of another's.
     * @param {{bytes: Uint8Array}} args
     * @returns {number} how many pictures it has
     */
    adaptBegin({ bytes }) {
      engine.loadGallery(bytes, { anyNetwork: true });
      engine.beginGallery();
      return engine.info.gallery?.photos ?? 0;
    },

    /**
     * @param {{index: number}} args
     * @returns {boolean} whether its face could be found
     */
    adaptPhoto({ index }) {
      const entry = engine.entry(index);
      if (!entry.photo.thumbnail) return false;
      current = nothing();
      engine.photoDecode(entry.photo.thumbnail);
      const [face] = engine.detect();
      if (face) engine.addToGallery(engine.embed(face), entry);
      return Boolean(face);
    },

    adaptEnd() {
      return engine.endGallery();
    },

    /** @param {{photo: SentPhoto}} args */
    detect({ photo }) {
      show(photo);
      const { width, height, orientation, shrunkFrom } = current;
      return { width, height, orientation, shrunkFrom, faces: engine.detect() };
    },

    /** @param {{photo: SentPhoto, once: boolean}} args */
    look({ photo, once }) {
      show(photo);
      const { width, height } = current;
      const faces = engine.detect();
      return { width, height, faces, embedding: faces.length ? engine.embed(faces[0], once) : null };
    },

    /** @param {{photo: SentPhoto, face: Face | null, detect: boolean, once: boolean}} args */
    embed({ photo, face, detect, once }) {
      show(photo);
      return engine.embed(choose(face, detect), once);
    },

    /** @param {{photo: SentPhoto, face: Face | null, detect: boolean, k: number}} args */
    match({ photo, face, detect, k }) {
      show(photo);
      return engine.search(engine.embed(choose(face, detect)), k);
    },

    /**
     * @param {{photo: SentPhoto, face: Face | null, detect: boolean,
     *          side: number, loose: boolean}} args
     */
    crop({ photo, face, detect, side, loose }) {
      show(photo);
      return engine.crop(choose(face, detect), { side, loose });
    },

    /** @param {{photo: SentPhoto, face: Face | null, detect: boolean}} args */
    quality({ photo, face, detect }) {
      show(photo);
      return engine.quality(choose(face, detect));
    },

    /**
     * @param {{photo: SentPhoto, face: Face | null, detect: boolean, most: number}} args
     * @returns {{face: Face | null, embedding: Float32Array, quality: number,
     *   thumbnail: Uint8Array<ArrayBuffer>}[]}
     */
    describe({ photo, face, detect, most }) {
      show(photo);
      const faces = face || !detect ? [face] : engine.detect().slice(0, most);
      return faces.map((one) => ({ face: one, embedding: engine.embed(one),
        quality: engine.quality(one), thumbnail: engine.thumbnail(one) }));
    },

    /** @param {{made: import('./wasm.js').ToBuild}} args */
    buildGallery({ made: { faces, axes } }) {
      engine.beginGallery();
      for (const { embedding, entry } of faces) engine.addToGallery(embedding, entry);
      return engine.endGallery(axes);
    },

    /** @param {{faces: import('./wasm.js').ToGroup}} args */
    group({ faces }) {
      return engine.group(faces);
    },

    /** @param {{faces: import('./wasm.js').ToCheck}} args */
    check({ faces }) {
      return engine.check(faces);
    },

    /** @param {{embedding: Float32Array, k: number}} args */
    search({ embedding, k }) {
      return engine.search(embedding, k);
    },

    /** @param {{row: number}} args */
    rowEmbedding({ row }) {
      return engine.rowEmbedding(row);
    },

    /** @param {{row: number}} args */
    entry({ row }) {
      return engine.entry(row);
    },

    /** @param {{embedding: Float32Array}} args */
    project({ embedding }) {
      return engine.project(embedding);
    },

    /** @param {{a: Float32Array, b: Float32Array}} args */
    compare({ a, b }) {
      return engine.compare(a, b);
    },
  };
}
