/**
 * The thread that reads HEIC photos. {bytes} -> {begun} and then {bitmap} | {error: {code,
 * message}}; an error without {begun} before it: what reads them did not come.
 */

import { sayAlive } from './bound-worker.js';
import { download, wrongFile } from './download.js';
import { HumError, postable } from './errors.js';
import { arrival } from './patience.js';

/**
 * libheif comes with the site, not with the sources. Its script and its WebAssembly are two
 * files: the package's single one would be 0.7 MB to download instead of 0.5 (gzip).
 */
const SCRIPT = './heic/libheif.mjs';
const WASM = 'heic/libheif.wasm';

/** Milliseconds for the 90 kB of the script. */
const SCRIPT_PATIENCE = 30_000;

/** Without a byte for so long, the download of the WebAssembly counts as broken. */
const STALL_MILLISECONDS = 10_000;

/** As many as the engine's own decoder takes: a phone's 48 megapixels need 0.4 GB here. */
const MOST_PIXELS = 64e6;

const loading = load();
loading.catch(() => {}); // whoever has a photo is told

async function load() {
  const [{ default: start }, wasmBinary] = await Promise.all([
    arrival(import(SCRIPT), SCRIPT, SCRIPT_PATIENCE),
    download(new URL(WASM, import.meta.url), { file: WASM },
      { stall: STALL_MILLISECONDS, warn: console.warn }, (bytes) => {
        if (!WebAssembly.validate(bytes)) throw wrongFile(WASM, 'no WebAssembly');
        return bytes;
      }),
  ]);
  return start({ wasmBinary });
}

/**
 * libheif's handles, in the order they are made; freed once the pixels are read.
 * @param {any} libheif
 * @param {Uint8Array} bytes
 * @returns {Promise<ImageBitmap>} upright: libheif turns and mirrors as the file says
 */
async function decode(libheif, bytes) {
  const { heif_colorspace: space, heif_chroma: chroma } = libheif;
  const context = libheif.heif_context_alloc();
  let handle = null;
  let decoded = null;
  try {
    const { code, message } = libheif.heif_context_read_from_memory(context, bytes);
    if (code !== libheif.heif_error_code.heif_error_Ok) throw unreadable(message);
    handle = succeeded(libheif.heif_js_context_get_primary_image_handle(context));
    const pixels = libheif.heif_image_handle_get_width(handle)
      * libheif.heif_image_handle_get_height(handle);
    if (pixels > MOST_PIXELS) {
      throw new HumError('HUM_ERROR_LIMIT', `${(pixels / 1e6).toFixed()} megapixels`);
    }
    decoded = succeeded(await libheif.heif_js_decode_image2(handle,
      space.heif_colorspace_RGB, chroma.heif_chroma_interleaved_RGBA));
    return await createImageBitmap(picture(decoded.channels[0]));
  } finally {
    if (decoded) libheif.heif_image_release(decoded.image);
    if (handle) libheif.heif_image_handle_release(handle);
    libheif.heif_context_free(context);
  }
}

/** Either what was asked for, or what is wrong with the file. @param {any} result */
function succeeded(result) {
  if (result.code !== undefined) throw unreadable(result.message);
  return result;
}

/** @param {string} message */
const unreadable = (message) => new HumError('HUM_ERROR_FILE', message.trim());

/**
 * The pixels where they are, in libheif's memory, its longer rows moved together.
 * @param {{width: number, height: number, stride: number, data: Uint8Array<ArrayBuffer>}} plane
 */
function picture({ width, height, stride, data }) {
  const row = 4 * width;
  for (let y = 1; y < height && stride > row; y += 1) {
    data.copyWithin(y * row, y * stride, y * stride + row);
  }
  const pixels = new Uint8ClampedArray(data.buffer, data.byteOffset, row * height);
  return new ImageData(pixels, width, height);
}

self.onmessage = async ({ data: { bytes } }) => {
  try {
    const libheif = await loading;
    self.postMessage({ begun: true });
    const bitmap = await decode(libheif, bytes);
    self.postMessage({ bitmap }, { transfer: [bitmap] });
  } catch (error) {
    self.postMessage({ error: postable(error) });
  }
};

sayAlive();
