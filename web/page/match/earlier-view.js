/** What was looked at before in this visit: each photo by its face and the nearest person. */

import { say } from '../words/say.js';
import { emit, part, showPixels } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountEarlier(element) {
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('../state.js').State} */ { phase, earlier }) => {
    element.hidden = phase === 'busy' || earlier.length === 0;
    if (drawn === earlier) return;
    drawn = earlier;
    part(element, 'ul').replaceChildren(...earlier.map(({ crop, matches: [{ name }] }, index) => {
      const item = document.createElement('li');
      const button = document.createElement('button');
      const canvas = document.createElement('canvas');
      const text = document.createElement('span');
      button.type = 'button';
      button.setAttribute('aria-label', say('earlierOne', { name }));
      button.addEventListener('click', () => emit(button, 'earlier', { index }));
      showPixels(canvas, crop);
      text.textContent = name;
      button.append(canvas, text);
      item.append(button);
      return item;
    }));
  };
}
