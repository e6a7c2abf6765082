/** Whether two faces could be one person's, and where their score lies. */

import { pairHeading, pairMeasured, pairText } from './pairs.js';
import { drawDistributions } from './distributions.js';
import { part, showPixels } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountPair(element) {
  const drawing = part(element, '.drawing');
  const figure = part(element, 'figure');
  const canvases = element.querySelectorAll('canvas');
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('./compare-state.js').State} */ { phase, pair, measured }) => {
    element.hidden = phase !== 'result' || !pair;
    if (!pair || !measured || drawn === pair) return;
    drawn = pair;
    const { score, crops } = pair;
    const { threshold, same, other } = measured;
    const description = pairMeasured(score, measured);
    part(element, 'h2').textContent = pairHeading(score, measured);
    part(element, '.text').textContent = pairText(score, measured);
    part(element, '.measured').textContent = description;
    canvases.forEach((canvas, i) => showPixels(canvas, crops[i]));
    figure.hidden = !same || !other;
    drawing.replaceChildren(...(same && other
      ? [drawDistributions({ score, threshold, same, other }, description)] : []));
  };
}
