/**
 * Tells the controller what happened in a view.
 * @param {EventTarget} target
 * @param {string} type
 * @param {object} [detail]
 */
export function emit(target, type, detail = {}) {
  target.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}

/**
 * The one descendant that a view knows to be there.
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {any}
 */
export function part(parent, selector) {
  const found = parent.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * A copy of the only element in a <template>.
 * @param {string} id
 * @returns {any}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {Element} */ (template.content.firstElementChild).cloneNode(true);
}

/**
 * Tells the controller which files a visitor gave; several photos are one person's.
 * @param {EventTarget} target
 * @param {File[]} files
 */
export function emitFiles(target, files) {
  const weights = files.find(({ name }) => isWeights(name));
  const gallery = files.find(({ name }) => /\.humg$/i.test(name));
  if (gallery) emit(target, 'gallery', { file: gallery });
  else if (weights) emit(target, 'weights', { file: weights });
  else if (files.length > 1) emit(target, 'photos', { blobs: files });
  else if (files.length) emit(target, 'photo', { blob: files[0], note: '' });
}

/** Puts a face's picture into a canvas. @param {HTMLCanvasElement} canvas @param {ImageData} pixels */
export function showPixels(canvas, pixels) {
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
}

/** What each canvas shows. @type {WeakMap<HTMLCanvasElement, ImageBitmap>} */
const bitmaps = new WeakMap();

/** Draws a picture, unless it is there already. @param {HTMLCanvasElement} canvas @param {ImageBitmap} bitmap */
export function showBitmap(canvas, bitmap) {
  if (bitmaps.get(canvas) === bitmap) return;
  bitmaps.set(canvas, bitmap);
  canvas.width = bitmap.width;
  canvas.height = bitmap.height;
  canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
}

/** What each canvas is to show. @type {WeakMap<HTMLCanvasElement, Blob | null>} */
const thumbnails = new WeakMap();

/**
 * Puts a gallery's picture of a person into a canvas; it stays empty where there is none, or a
 * damaged one.
 * @param {HTMLCanvasElement} canvas
 * @param {Blob | null} thumbnail
 */
export async function showThumbnail(canvas, thumbnail) {
  thumbnails.set(canvas, thumbnail);
  canvas.width = 0;
  const bitmap = thumbnail && await createImageBitmap(thumbnail).catch(() => null);
  if (bitmap && thumbnails.get(canvas) === thumbnail) showBitmap(canvas, bitmap);
  bitmap?.close();
}

/** Whether a file is weights of a network rather than a photo. @param {string} name */
function isWeights(name) {
  return /\.(h5|hdf5|tflite)$/i.test(name);
}
