/** Where a score lies among pairs of one person and of different people, drawn. */

import { sum } from './pairs.js';
import { number, say } from '../words/say.js';

/** @typedef {import('./pairs.js').Histogram} Histogram */

const SVG = 'http://www.w3.org/2000/svg';
const [WIDTH, HEIGHT, TOP, BASE] = [360, 190, 34, 160];
const [LOWEST, HIGHEST] = [-0.5, 1];

/** @param {number} cosine */
const x = (cosine) => 8 + (WIDTH - 16)
  * (Math.min(HIGHEST, Math.max(LOWEST, cosine)) - LOWEST) / (HIGHEST - LOWEST);

/**
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {string} [text]
 */
function shape(name, attributes, text) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/**
 * A histogram as an area under a line through the middles of its bins; both areas have the
 * same size, however many pairs they stand for.
 * @param {Histogram} histogram
 * @param {number} highest  share of a bin that reaches the top
 */
function area(histogram, highest) {
  const { first, step, counts } = histogram;
  const all = sum(histogram);
  const points = counts.map((count, i) => `${x(first + (i + 0.5) * step).toFixed(1)},${
    (BASE - (BASE - TOP) * count / all / highest).toFixed(1)}`);
  return `M${x(first).toFixed(1)},${BASE}L${points.join('L')}L${
    x(first + counts.length * step).toFixed(1)},${BASE}Z`;
}

/**
 * @param {{score: number, threshold: number | null, same: Histogram, other: Histogram}} what
 * @param {string} description  says the same to those who do not see it
 */
export function drawDistributions({ score, threshold, same, other }, description) {
  const highest = Math.max(...[same, other].map((h) => Math.max(...h.counts) / sum(h)));
  const svg = shape('svg', { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img',
    'aria-label': description, class: 'distributions' });
  svg.append(
    shape('path', { class: 'other', d: area(other, highest) }),
    shape('path', { class: 'same', d: area(same, highest) }),
    shape('line', { class: 'axis', x1: 0, x2: WIDTH, y1: BASE, y2: BASE }),
  );
  for (const tick of [-0.5, 0, 0.5, 1]) {
    svg.append(shape('text', { class: 'tick', x: x(tick), y: HEIGHT - 14,
      'text-anchor': { [-0.5]: 'start', 1: 'end' }[tick] ?? 'middle' }, number(tick, 1)));
  }
  if (threshold !== null) {
    svg.append(shape('line', { class: 'level', x1: x(threshold), x2: x(threshold), y1: TOP - 6,
      y2: BASE }));
  }
  const at = x(score);
  svg.append(
    shape('line', { class: 'score', x1: at, x2: at, y1: TOP - 10, y2: BASE }),
    shape('circle', { class: 'score', cx: at, cy: BASE, r: 4 }),
    shape('text', { class: 'score', x: at, y: TOP - 16,
      'text-anchor': at < 60 ? 'start' : at > WIDTH - 60 ? 'end' : 'middle' },
    say('thesePhotos', { cosine: number(score, 2) })),
  );
  return svg;
}
