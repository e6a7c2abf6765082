/** What is going on: a download in bytes, or work on the photo. */

import { PROGRESS_TITLES, progressText } from '../words/words.js';
import { Pace } from './pace.js';
import { emit, part } from './parts.js';

/** @param {HTMLElement} element */
export function mountProgress(element) {
  const title = part(element, 'h2');
  const bar = part(element, 'progress');
  const text = part(element, 'p');
  const pace = new Pace();
  part(element, 'button').addEventListener('click', () => emit(element, 'cancel'));
  document.addEventListener('keydown', ({ key }) => {
    const over = document.querySelector('dialog[open]'); // which the key closes
    if (key === 'Escape' && !element.hidden && !over) emit(element, 'cancel');
  });

  return (/** @type {import('../page.js').Shown} */ { phase, progress }) => {
    element.hidden = phase !== 'busy';
    if (element.hidden) return;
    title.textContent = PROGRESS_TITLES[progress?.phase ?? 'photo'];
    text.textContent = progressText(progress, progress?.phase === 'download'
      ? pace.left(progress.loaded, progress.total) : null);
    if (progress && progress.phase !== 'start') bar.value = progress.loaded / progress.total;
    else bar.removeAttribute('value'); // how long is not known: the bar only moves
  };
}
