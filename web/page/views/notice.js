/** What went wrong, or was not found, and what can be done about it. */

import { ACTION_LABELS } from '../words/words.js';
import { emit, part } from './parts.js';

/** @param {HTMLElement} element */
export function mountNotice(element) {
  const actions = part(element, '.actions');
  const details = part(element, 'details');
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('../page.js').Shown} */ { phase, notice, last }) => {
    element.hidden = phase !== 'notice';
    if (!notice || drawn === notice) return;
    drawn = notice;
    part(element, 'h2').textContent = notice.title;
    part(element, '.text').textContent = notice.text;
    part(element, '.code').textContent = notice.code;
    details.hidden = !notice.code;
    details.open = false;
    /** @type {(keyof typeof ACTION_LABELS)[]} */
    const offered = last ? [...notice.actions, 'last'] : notice.actions;
    actions.replaceChildren(...offered.map((name, i) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.className = i === 0 ? 'button' : 'button plain';
      button.textContent = ACTION_LABELS[name];
      button.addEventListener('click', () => emit(element, 'action', { name }));
      return button;
    }));
  };
}
