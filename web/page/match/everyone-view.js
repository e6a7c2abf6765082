/** All the faces of a photo, each with the one person who looks most like it. */

import { say } from '../words/say.js';
import { barLength, verdict } from '../words/words.js';
import { copyOf, emit, part, showPixels, showThumbnail } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountEveryone(element) {
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('../state.js').State} */ { phase, everyone, threshold }) => {
    element.hidden = phase !== 'everyone';
    if (element.hidden || drawn === everyone) return;
    drawn = everyone;
    part(element, 'ol').replaceChildren(...everyone.map((one, i) => {
      const item = copyOf('everyone-template');
      const { crop, match: { name, photo } } = one;
      showPixels(part(item, '.yours'), crop);
      showThumbnail(part(item, '.theirs'), photo.thumbnail);
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
