/** All the faces of a photo, each with the one person who looks most like it. */

import { say } from '../words/say.js';
import { barLength, verdict } from '../words/words.js';
import { copyOf, emit, part, showPixels } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountEveryone(element) {
  /** @type {string[]} addresses of thumbnails, freed when they are replaced */
  let addresses = [];
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('../state.js').State} */ { phase, everyone, threshold }) => {
    element.hidden = phase !== 'everyone';
    if (element.hidden || drawn === everyone) return;
    drawn = everyone;
    addresses.forEach((address) => URL.revokeObjectURL(address));
    addresses = [];
    part(element, 'ol').replaceChildren(...everyone.map((one, i) => {
      const item = copyOf('everyone-template');
      const { crop, match: { name, photo } } = one;
      const canvas = part(item, 'canvas');
      const image = part(item, 'img');
      showPixels(canvas, crop);
      if (photo.thumbnail) {
        image.src = URL.createObjectURL(photo.thumbnail);
        addresses.push(image.src);
      } else image.replaceWith(document.createElement('span'));
      part(item, '.number').textContent = say('faceOf', { number: i + 1, count: everyone.length });
      part(item, '.name').textContent = name;
      part(item, '.verdict').textContent = verdict(one.match, threshold);
      part(item, '.bar span').style.setProperty('--length', String(barLength(one.match, threshold)));
      const button = part(item, 'button');
      button.setAttribute('aria-label', say('seeAllFiveOf', { number: i + 1, name }));
      button.addEventListener('click', () => emit(item, 'face', { index: one.index }));
      return item;
    }));
  };
}
