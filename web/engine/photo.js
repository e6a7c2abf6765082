/**
 * From whatever a photo comes as to what the engine takes. JPEG and PNG go to the engine as
 * they are: it decodes them itself, to the same pixels everywhere. All other kinds are
 * decoded by the browser.
 */

import { HumError } from './errors.js';
import { arrival } from './patience.js';

/** @typedef {{data: Uint8Array | Uint8ClampedArray, width: number, height: number}} Pixels */
/** @typedef {Blob | ImageBitmap | ImageData | Pixels} Photo */

/**
 * @typedef {object} PreparedPhoto
 * @property {Uint8Array} [bytes]   an encoded JPEG or PNG, or else
 * @property {Uint8ClampedArray | Uint8Array} [pixels]  RGBA
 * @property {number} [width]
 * @property {number} [height]
 * @property {{width: number, height: number} | null} shrunkFrom  size before scaling down
 */

/**
 * The largest canvas of Safari on phones. Faces are found in far smaller pictures, so
 * larger ones are scaled down to it everywhere, for the same result everywhere.
 */
const CANVAS_PIXELS = 16_777_216;

/** Enough to recognise every kind below. */
const HEAD_BYTES = 512;

/**
 * @param {Photo} photo
 * @param {{photoBytes: number}} limits
 * @returns {Promise<PreparedPhoto>}
 */
export async function preparePhoto(photo, limits) {
  if (photo instanceof Blob) return prepareBlob(photo, limits);
  if (typeof ImageBitmap === 'function' && photo instanceof ImageBitmap) {
    return readBitmap(photo);
  }
  const { data, width, height } = /** @type {Pixels} */ (photo ?? {});
  if (ArrayBuffer.isView(data) && Number.isInteger(width) && Number.isInteger(height)) {
    // A copy, since what is posted is handed over.
    return { pixels: data.slice(), width, height, shrunkFrom: null };
  }
  throw new HumError('HUM_ERROR_ARGUMENT', 'A photo is a Blob, an ImageBitmap, an ImageData '
    + 'or {data, width, height} with RGBA bytes.');
}

/** @param {Blob} blob @param {{photoBytes: number}} limits */
async function prepareBlob(blob, limits) {
  const kind = sniff(await head(blob));
  if (kind in REFUSALS) throw new HumError('HUM_ERROR_FILE', REFUSALS[kind]);
  if (blob.size > limits.photoBytes) {
    const megabytes = (/** @type {number} */ n) => (n / 1e6).toFixed(0);
    throw new HumError('HUM_ERROR_LIMIT', `This file has ${megabytes(blob.size)} MB; photos `
      + `may have up to ${megabytes(limits.photoBytes)} MB. Save it smaller and try again.`);
  }
  if (kind === 'jpeg' || kind === 'png') {
    return { bytes: new Uint8Array(await blob.arrayBuffer()), shrunkFrom: null };
  }
  return decodeInBrowser(blob, kind);
}

/** Whether a second decoder is there when the engine's own cannot take a photo. */
export function browserDecodes() {
  return typeof createImageBitmap === 'function' && typeof OffscreenCanvas === 'function';
}

/**
 * @param {Blob} blob
 * @param {string} [kind]
 * @returns {Promise<PreparedPhoto>}
 */
export async function decodeInBrowser(blob, kind) {
  const bitmap = await bitmapOf(blob, kind);
  try {
    return readBitmap(bitmap);
  } finally {
    bitmap.close();
  }
}

/** @param {Blob} blob @param {string} [kind] */
async function bitmapOf(blob, kind) {
  kind ??= sniff(await head(blob));
  if (!browserDecodes()) {
    throw new HumError('HUM_ERROR_FILE', 'Only JPEG and PNG photos can be read outside a '
      + 'browser. Convert the photo and try again.');
  }
  try {
    return await createImageBitmap(blob);
  } catch (cause) {
    if (kind === 'heic' && typeof Worker === 'function') return heicBitmap(blob);
    throw new HumError('HUM_ERROR_FILE', UNREADABLE[kind] ?? UNREADABLE.unknown, { cause });
  }
}

/** Few have such photos, so what reads them is loaded when there is one. @param {Blob} blob */
async function heicBitmap(blob) {
  const { decodeHeic } = await arrival(import('./heic.js'), 'heic.js');
  return decodeHeic(blob);
}

/** The size that a picture is drawn in. @param {{width: number, height: number}} size */
function drawnSize({ width, height }) {
  const shrink = Math.min(1, Math.sqrt(CANVAS_PIXELS / (width * height)));
  return { shrink, w: Math.floor(width * shrink) || 1, h: Math.floor(height * shrink) || 1 };
}

/** @param {ImageBitmap} bitmap @returns {PreparedPhoto} */
function readBitmap(bitmap) {
  const { width, height } = bitmap;
  const { shrink, w, h } = drawnSize(bitmap);
  const context = canvasContext(w, h);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, w, h);
  return {
    pixels: context.getImageData(0, 0, w, h).data,
    width: w,
    height: h,
    shrunkFrom: shrink < 1 ? { width, height } : null,
  };
}

/**
 * A still picture of what a <video> shows.
 * @param {HTMLVideoElement} video
 * @returns {Promise<Blob>}
 */
export async function stillOf(video) {
  const context = canvasContext(video.videoWidth, video.videoHeight);
  context.drawImage(video, 0, 0);
  return context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
}

/**
 * A photo turned by a quarter, clockwise.
 * @param {Blob} blob
 * @returns {Promise<Blob>}
 */
export async function turned(blob) {
  const bitmap = await bitmapOf(blob);
  try {
    const { w, h } = drawnSize(bitmap);
    const context = canvasContext(h, w);
    context.imageSmoothingQuality = 'high';
    context.translate(h, 0);
    context.rotate(Math.PI / 2);
    context.drawImage(bitmap, 0, 0, w, h);
    return await context.canvas.convertToBlob({ type: 'image/jpeg', quality: 0.95 });
  } finally {
    bitmap.close();
  }
}

/**
 * A photo for the eye, which has to be closed: smaller than it is, if it has more pixels
 * than that on a side.
 * @param {Blob} blob
 * @param {number} side
 * @returns {Promise<ImageBitmap>}
 */
export async function pictureOf(blob, side) {
  const bitmap = await bitmapOf(blob);
  const scale = side / Math.max(bitmap.width, bitmap.height);
  if (scale >= 1) return bitmap;
  try {
    return await createImageBitmap(bitmap, { resizeWidth: Math.ceil(bitmap.width * scale),
      resizeHeight: Math.ceil(bitmap.height * scale), resizeQuality: 'medium' });
  } finally {
    bitmap.close();
  }
}

/** @param {number} width @param {number} height */
function canvasContext(width, height) {
  if (typeof OffscreenCanvas !== 'function') {
    throw new HumError('HUM_ERROR_BROWSER', 'This browser cannot read the pixels of this '
      + 'picture. Use a JPEG or PNG file, or a newer browser.');
  }
  const context = new OffscreenCanvas(width, height)
    .getContext('2d', { willReadFrequently: true });
  if (!context) {
    throw new HumError('HUM_ERROR_MEMORY', `The browser has no memory for a picture of `
      + `${width} x ${height} pixels. Save it smaller and try again.`);
  }
  refuseAlteredPixels();
  return context;
}

/**
 * Some browsers answer with altered pixels, so that pages cannot tell devices apart. Such
 * pixels would give matches for a photo nobody gave, so they are never used.
 */
function refuseAlteredPixels() {
  if (pixelsAreTrue()) return;
  throw new HumError('HUM_ERROR_BROWSER', 'This browser alters the pixels that pages read '
    + '(a protection against tracking), so this kind of picture cannot be used here. '
    + 'Choose a JPEG or PNG file: those are decoded without the browser.');
}

/** Whether what is read of a canvas is what was put into it. */
export function pixelsAreTrue() {
  const side = 16;
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(side, side).getContext('2d', { willReadFrequently: true }));
  const known = context.createImageData(side, side);
  for (let i = 0; i < known.data.length; i += 1) {
    known.data[i] = i % 4 === 3 ? 255 : (i * 37) % 256;
  }
  context.putImageData(known, 0, 0);
  return context.getImageData(0, 0, side, side).data
    .every((value, i) => value === known.data[i]);
}

/** @param {Blob} blob */
async function head(blob) {
  return new Uint8Array(await blob.slice(0, HEAD_BYTES).arrayBuffer());
}

/** Kinds that are refused at once, and what to do instead. @type {Record<string, string>} */
const REFUSALS = {
  empty: 'This file is empty. Choose another one.',
  svg: 'This is an SVG drawing, not a photo. Choose a JPEG or PNG.',
  pdf: 'This is a PDF document. Save the photo in it as JPEG or PNG and choose that.',
  html: 'This is a web page, not a photo. Save the picture itself and choose that.',
  lfs: 'This is a Git LFS pointer, a stand-in for a photo. Fetch the real file first.',
  video: 'This is a video. Take a still picture from it and choose that.',
};

/** What to say when the browser cannot decode a kind. @type {Record<string, string>} */
const UNREADABLE = {
  tiff: 'This browser cannot read TIFF pictures. Save it as JPEG or PNG first.',
  jxl: 'This browser cannot read this JPEG XL picture. Save it as JPEG or PNG first.',
  avif: 'This browser cannot read this AVIF picture; it may be damaged. Try a JPEG or PNG.',
  webp: 'This WebP picture is damaged. Try another one.',
  gif: 'This GIF picture is damaged. Try another one.',
  unknown: 'This file is not a photo that can be read here. Choose a JPEG or PNG.',
};

/**
 * The kind of a file by its first bytes; names and types given by others are often wrong.
 * @param {Uint8Array} bytes
 */
export function sniff(bytes) {
  if (bytes.length === 0) return 'empty';
  const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
  if (text.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('GIF8')) return 'gif';
  if (text.startsWith('RIFF')) return text.slice(8, 12) === 'WEBP' ? 'webp' : 'video';
  if (text.startsWith('BM')) return 'bmp';
  if (text.startsWith('II*\0') || text.startsWith('MM\0*')) return 'tiff';
  if (text.startsWith('\xff\x0a') || text.startsWith('\0\0\0\x0cJXL ')) return 'jxl';
  if (text.startsWith('%PDF')) return 'pdf';
  if (text.startsWith('\x1a\x45\xdf\xa3')) return 'video';
  if (text.slice(4, 8) === 'ftyp') return isoKind(text.slice(8, 32));
  if (text.startsWith('version https://git-lfs')) return 'lfs';
  const markup = text.trimStart().toLowerCase();
  if (/^(<\?xml[^>]*>\s*)?(<!--.*?-->\s*)*(<!doctype svg|<svg)/s.test(markup)) return 'svg';
  if (/^(<!doctype html|<html|<head|<body)/.test(markup)) return 'html';
  return 'unknown';
}

/** AVIF, HEIC and videos share one container; it names its brands. @param {string} brands */
function isoKind(brands) {
  if (/avif|avis/.test(brands)) return 'avif';
  return /hei[cxms]|hev[cx]|mif1|msf1/.test(brands) ? 'heic' : 'video';
}
