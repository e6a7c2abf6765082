/**
 * HEIC photos, where the browser cannot read them: by libheif, in a worker of its own. It is
 * fetched when such a photo comes first, and gives its memory back when none has come for a
 * while.
 */

import { startBoundWorker } from './bound-worker.js';
import { HumError } from './errors.js';

/** Milliseconds for one photo: 12 megapixels take half a second, on a slow phone some. */
const PATIENCE = 60_000;

/** Milliseconds after the last one. */
const IDLE = 15_000;

/** With more, memory is given back at once: libheif took eight bytes for each. */
const LARGE_PIXELS = 16 << 20;

/** As many as the engine takes of a photo. */
const MOST_BYTES = 64 << 20;

/**
 * What the worker says.
 * @typedef {{begun?: true, bitmap?: ImageBitmap, error?: import('./errors.js').PostedError}} Message
 */

/**
 * @typedef {object} Running
 * @property {Worker} worker
 * @property {(message: Message) => void} onMessage
 * @property {(error: HumError) => void} fail
 */

/** @type {Running | null} */
let running = null;

/** One photo after the other. @type {Promise<unknown>} */
let last = Promise.resolve();

/**
 * The photo before: who looks for faces asks for the same one as who shows it.
 * @type {{blob: Blob, decoding: Promise<ImageBitmap>} | null}
 */
let kept = null;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let idle;

function stop() {
  clearTimeout(idle);
  running?.worker.terminate();
  running = null;
}

/** Those who wait for its picture have their copy before it is closed. */
function forget() {
  kept?.decoding.then((bitmap) => bitmap.close(), () => {});
  kept = null;
}

/**
 * @param {Blob} blob
 * @returns {Promise<ImageBitmap>}  upright; it has to be closed
 */
export async function decodeHeic(blob) {
  if (kept?.blob !== blob) {
    forget();
    const decoding = last.then(() => read(blob));
    last = decoding.catch(() => {
      if (kept?.decoding === decoding) kept = null; // it may be tried again
    });
    kept = { blob, decoding };
  }
  return createImageBitmap(await kept.decoding);
}

/** @param {Blob} blob */
async function read(blob) {
  if (blob.size > MOST_BYTES) throw tooLarge(`${blob.size} bytes`);
  const bitmap = await inWorker(new Uint8Array(await blob.arrayBuffer()));
  if (bitmap.width * bitmap.height > LARGE_PIXELS) stop();
  idle = setTimeout(() => {
    stop();
    forget();
  }, IDLE);
  return bitmap;
}

function start() {
  /** @type {Running} */
  const mine = {
    worker: startBoundWorker('heic-worker.js', 'humshakal-heic', {
      onMessage: (/** @type {Message} */ message) => mine.onMessage(message),
      onMissing: (error) => mine.fail(missing(error)),
      onCrash: (why) => mine.fail(unreadable(why)), // told of one that was terminated, too
    }),
    onMessage() {},
    fail() {},
  };
  return mine;
}

/** @param {Uint8Array<ArrayBuffer>} bytes @returns {Promise<ImageBitmap>} */
function inWorker(bytes) {
  clearTimeout(idle);
  running ??= start();
  const mine = running;
  return new Promise((resolve, reject) => {
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let late;
    let begun = false;
    // What failed may have left anything behind, so the next photo gets a worker of its own.
    mine.fail = (error) => {
      clearTimeout(late);
      if (running === mine) stop();
      reject(error);
    };
    mine.onMessage = ({ bitmap, error }) => {
      if (bitmap) {
        clearTimeout(late);
        resolve(bitmap);
      } else if (error) {
        mine.fail(begun ? refusal(error) : missing(error));
      } else {
        begun = true;
        late = setTimeout(() => mine.fail(unreadable(`no answer for ${PATIENCE / 1000} seconds`)),
          PATIENCE);
      }
    };
    mine.worker.postMessage({ bytes }, [bytes.buffer]);
  });
}

/** @param {import('./errors.js').PostedError} error  what libheif says */
const refusal = ({ code, message }) => (
  code === 'HUM_ERROR_LIMIT' ? tooLarge(message) : unreadable(message));

/** @param {unknown} cause */
function missing(cause) {
  return new HumError('HUM_ERROR_BROWSER', 'This browser does not read HEIC photos by itself, '
    + 'and the part of this site that does could not be loaded. Check the connection and choose '
    + 'the photo again, or save it as JPEG and choose that.', { cause });
}

/** @param {string} cause */
function tooLarge(cause) {
  return new HumError('HUM_ERROR_LIMIT', 'This HEIC photo is larger than 64 megapixels or 64 MB. '
    + 'Save it smaller and try again.', { cause });
}

/** @param {string} cause */
function unreadable(cause) {
  return new HumError('HUM_ERROR_FILE', 'This HEIC photo is damaged, or of a kind that cannot be '
    + 'read here. Save it as JPEG and try that.', { cause });
}
