/** Small pictures of faces, which come from the store when they are wanted. */

import { part, showThumbnail } from '../views/parts.js';

/** What each canvas shows or is about to. @type {WeakMap<HTMLCanvasElement, string>} */
const shown = new WeakMap();

/**
 * @param {HTMLCanvasElement} canvas
 * @param {import('./people-state.js').Crops} crops
 * @param {string} face  id
 */
export async function showFace(canvas, crops, face) {
  if (shown.get(canvas) === face) return;
  shown.set(canvas, face);
  const thumbnail = await crops.of(face).catch(() => null);
  if (shown.get(canvas) === face) await showThumbnail(canvas, thumbnail);
}

/**
 * @param {import('./people-state.js').Crops} crops
 * @param {string[]} faces
 */
export function faceCanvases(crops, faces) {
  return faces.map((face) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 128;
    canvas.setAttribute('aria-hidden', 'true');
    showFace(canvas, crops, face);
    return canvas;
  });
}

/** How many are added by the button that shows more. */
const MORE = 60;

/**
 * A list that shows some of its items, and more when it is asked for. Items are kept between
 * two updates, with what the visitor is typing in them.
 * @template T
 * @param {HTMLElement} list
 * @param {HTMLElement} more  has the button
 * @param {object} how
 * @param {(item: T) => string | number} how.key
 * @param {(item: T) => HTMLElement} how.make
 * @param {(element: HTMLElement, item: T) => void} how.update
 * @param {(left: number) => string} how.label
 * @param {number} [how.some]  shown at first
 */
export function mountList(list, more, { key, make, update, label, some = MORE }) {
  /** @type {Map<string | number, HTMLElement>} */
  let made = new Map();
  /** @type {T[]} */
  let items = [];
  let limit = some;
  const button = part(more, 'button');
  button.addEventListener('click', () => {
    const first = limit;
    limit += MORE;
    draw();
    /** @type {HTMLElement | null} */ (list.children[first]?.querySelector('button, input'))?.focus();
  });

  function draw() {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    const before = focused && list.contains(focused)
      ? [...list.children].findIndex((child) => child.contains(focused)) : -1;
    const now = new Map(items.slice(0, limit).map((item) => {
      const element = made.get(key(item)) ?? make(item);
      update(element, item);
      return [key(item), element];
    }));
    made = now;
    list.replaceChildren(...now.values());
    more.hidden = items.length <= limit;
    button.textContent = label(Math.min(MORE, items.length - limit));
    if (before < 0) return;
    // Whoever was in an item stays there or, where it is gone, at its place.
    if (focused && list.contains(focused)) focused.focus();
    else {
      const next = list.children[Math.min(before, list.children.length - 1)];
      /** @type {HTMLElement | null} */ (next?.querySelector(focused?.localName ?? 'button'))?.focus();
    }
  }

  /** @param {T[]} wanted @param {boolean} [anew]  from its beginning */
  return (wanted, anew = false) => {
    if (anew) {
      limit = some;
      made = new Map();
    }
    items = wanted;
    draw();
  };
}
