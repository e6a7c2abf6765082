/** One of the two photos: the ways to give it. */

import { say } from '../words/say.js';
import { sampleItem } from '../views/chooser.js';
import { emit, part } from '../views/parts.js';

/** @param {HTMLElement} element @param {number} index */
export function mountSide(element, index) {
  const input = part(element, '[type=file]');
  const label = part(element, '.button span');
  const samples = part(element, '.samples');
  const first = label.textContent;
  let drawn = false;

  input.addEventListener('change', () => {
    const [file] = input.files;
    if (file) emit(element, 'photo', { blob: file, note: '' });
    input.value = ''; // so that the same file can be chosen again
  });

  return (/** @type {import('./compare-state.js').State} */ { sides, offers }) => {
    label.textContent = sides[index] ? say('choose') : first;
    samples.classList.toggle('coming', !offers);
    samples.hidden = Boolean(sides[index]) || offers?.samples.length === 0;
    if (!offers || drawn) return;
    drawn = true;
    part(samples, 'ul').replaceChildren(...offers.samples.map(sampleItem));
  };
}
