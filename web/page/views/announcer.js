/** Says in words what changed, for screen readers; downloads only in quarters. */

import { progressText } from '../words/words.js';

/** @param {HTMLElement} element */
export function mountAnnouncer(element) {
  let quarter = -1;

  return (/** @type {import('../page.js').Shown} */ state) => {
    const { phase, progress, announcement } = state;
    if (phase !== 'busy' || !progress) {
      quarter = -1;
      if (element.textContent !== announcement) element.textContent = announcement;
      return;
    }
    const reached = Math.floor(4 * progress.loaded / progress.total);
    if (reached === quarter) return;
    quarter = reached;
    element.textContent = progressText(progress);
  };
}
