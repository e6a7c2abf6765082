/** What went over the network since the page was ready: as a rule nothing. */

import { trafficText } from '../words/words.js';
import { part } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountTraffic(element) {
  const text = part(element, 'span');

  return (/** @type {import('../state.js').State} */ { traffic }) => {
    text.textContent = traffic?.ready ? trafficText(traffic) : '';
  };
}
