/** Offers a newer version of the page. */

import { part } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountUpdate(element) {
  /** @type {(() => void) | null} */
  let use = null;
  part(element, 'button').addEventListener('click', () => use?.());

  return (/** @type {import('../state.js').State} */ { newer }) => {
    use = newer;
    element.hidden = !newer;
  };
}
