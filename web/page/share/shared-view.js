/** What a link says of somebody's result. It goes as soon as there is a photo. */

import { sharedLine } from '../words/words.js';
import { emit, part } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountShared(element) {
  /** @type {unknown} */
  let drawn = null;
  part(element, 'button').addEventListener('click', () => emit(element, 'action', { name: 'own' }));

  return (/** @type {import('../state.js').State} */ { shared, phase }) => {
    element.hidden = !shared || phase !== 'empty';
    if (!shared || drawn === shared) return;
    drawn = shared;
    part(element, 'ol').replaceChildren(...shared.map((person) => {
      const item = document.createElement('li');
      const name = document.createElement('strong');
      name.textContent = person.name;
      item.append(name, ` ${sharedLine(person)}`);
      return item;
    }));
  };
}
