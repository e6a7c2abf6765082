/** A line above the result: from which network it is, and what the accurate one changed. */

import { say } from '../words/say.js';
import { refineText } from '../words/words.js';
import { Pace } from '../views/pace.js';
import { emit, part } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountRefine(element) {
  const text = part(element, 'p');
  const bar = part(element, 'progress');
  const [go, stay] = element.querySelectorAll('button');
  const pace = new Pace();
  go.addEventListener('click', () => emit(element, 'action', { name: 'refine' }));
  stay.addEventListener('click', () => emit(element, 'action', { name: 'stay' }));

  return (/** @type {import('../state.js').State} */ { refining, phase }) => {
    element.hidden = !refining || (phase !== 'result' && phase !== 'everyone');
    if (element.hidden || !refining) return;
    const { phase: step, progress } = refining;
    text.textContent = refineText(refining, progress && pace.left(progress.loaded, progress.total));
    bar.hidden = step !== 'going';
    if (progress?.phase === 'download') bar.value = progress.loaded / progress.total;
    else bar.removeAttribute('value');
    go.hidden = step !== 'asked' && step !== 'failed';
    go.textContent = say(step === 'failed' ? 'retry' : 'refineGo');
    stay.hidden = step === 'done';
  };
}
