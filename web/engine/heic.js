/**
 * HEIC photos, where the browser cannot read them: by libheif, in a worker of its own. It has
 * 2 MB, comes when it is wanted first, and goes when no such photo has come for a while.
 */

import { startBoundWorker } from './bound-worker.js';
import { HumError } from './errors.js';

/** Milliseconds for one photo: 12 megapixels take two seconds. */
const PATIENCE = 60_000;

/** Milliseconds after the last one. */
const IDLE = 15_000;

/** @typedef {{pixels: Uint8ClampedArray<ArrayBuffer>, width: number, height: number}} Decoded */

/** @typedef {{begun?: true, decoded?: Decoded, problem?: string,
 *   error?: import('./errors.js').PostedError}} Answer  of the worker */

/** One photo after the other. @type {Promise<unknown>} */
let last = Promise.resolve();

/** @type {{worker: Worker, answered: (answer: Answer) => void, failed: (error: HumError) => void} | null} */
let running = null;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let idle;

function stop() {
  clearTimeout(idle);
  running?.worker.terminate();
  running = null;
}

/**
 * @param {Blob} blob
 * @returns {Promise<ImageData>}  upright
 */
export function decodeHeic(blob) {
  const decoding = last.then(async () => {
    const { pixels, width, height } = await inWorker(new Uint8Array(await blob.arrayBuffer()));
    return new ImageData(pixels, width, height);
  });
  last = decoding.catch(() => {});
  return decoding;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<Decoded>} */
function inWorker(bytes) {
  clearTimeout(idle);
  return new Promise((resolve, reject) => {
    /** @param {HumError} error */
    const failed = (error) => {
      stop();
      reject(error);
    };
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let late;
    const answered = (/** @type {Answer} */ { begun, decoded, problem, error }) => {
      clearTimeout(late);
      if (begun) {
        late = setTimeout(() => failed(unreadable(`it took more than ${PATIENCE / 1000} seconds`)), PATIENCE);
        return;
      }
      // After a failure its memory is not to be trusted, and the next photo gets a fresh one.
      if (!decoded) failed(error ? new HumError(error.code, error.message) : unreadable(problem ?? 'unknown'));
      else {
        idle = setTimeout(stop, IDLE);
        resolve(decoded);
      }
    };
    if (running) Object.assign(running, { answered, failed });
    else {
      running = { answered, failed, worker: startBoundWorker('heic-worker.js', 'humshakal-heic', {
        onMessage: (/** @type {Answer} */ answer) => running?.answered(answer),
        onMissing: (error) => running?.failed(error),
        onCrash: (why) => running?.failed(unreadable(why)),
      }) };
    }
    running.worker.postMessage({ bytes }, [bytes.buffer]);
  });
}

/** @param {string} why */
function unreadable(why) {
  console.warn(`A HEIC photo could not be read (${why}).`);
  return new HumError('HUM_ERROR_FILE', 'This HEIC photo is damaged, or of a kind that cannot be '
    + 'read here. Save it as JPEG and try that.', { cause: new Error(why) });
}
