/** Who of several faces resembles whom: every pair in a table, the strongest in words. */

import { familyChance, familyPair, shareAbove } from './pairs.js';
import { number, say } from '../words/say.js';
import { part, showPixels } from '../views/parts.js';

const NAMED = 3; // pairs that are said in words

/** @param {HTMLElement} element */
export function mountFamily(element) {
  const table = part(element, 'table');
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('./compare-state.js').State} */ { phase, family, measured }) => {
    element.hidden = phase !== 'result' || !family;
    if (!family || !measured || drawn === family) return;
    drawn = family;
    const { crops, scores, left, faceless } = family;
    const pairs = crops.flatMap((_, a) => crops.slice(a + 1).map((__, i) => (
      { a, b: a + 1 + i, score: scores[a][a + 1 + i] }))).sort((p, q) => q.score - p.score);
    part(element, 'ol').replaceChildren(...pairs.slice(0, NAMED).map((pair) => {
      const item = document.createElement('li');
      item.textContent = familyPair(pair, measured);
      return item;
    }));
    part(element, '.chance').textContent = [
      familyChance(pairs[0].score, pairs.length, measured),
      left ? say('facesLeft', { count: left }) : '',
      faceless ? say('faceless', { count: faceless }) : '',
    ].filter(Boolean).join(' ');

    const head = document.createElement('tr');
    head.append(document.createElement('td'), ...crops.map((crop, i) => heading(crop, i, 'col')));
    part(table, 'thead').replaceChildren(head);
    part(table, 'tbody').replaceChildren(...crops.map((crop, a) => {
      const row = document.createElement('tr');
      row.append(heading(crop, a, 'row'), ...crops.map((_, b) => cell(a, b)));
      return row;
    }));

    /** @param {number} a @param {number} b */
    function cell(a, b) {
      const td = document.createElement('td');
      const score = scores[a][b];
      td.textContent = a === b ? '–' : number(score, 2);
      if (a === b) return td;
      // The fewer pairs of strangers are so alike, the stronger: a third for every tenth.
      const rare = measured?.other
        ? -Math.log10(Math.max(1e-3, shareAbove(measured.other, score))) / 3 : score;
      td.style.setProperty('--level', String(Math.min(1, Math.max(0, rare))));
      if (score === pairs[0].score) td.className = 'strongest';
      return td;
    }
  };
}

/** @param {any} crop @param {number} i @param {'row' | 'col'} scope */
function heading(crop, i, scope) {
  const th = document.createElement('th');
  const canvas = document.createElement('canvas');
  const label = document.createElement('span');
  th.scope = scope;
  canvas.setAttribute('aria-hidden', 'true');
  showPixels(canvas, crop);
  label.textContent = say('faceNumber', { number: i + 1 });
  label.className = 'unseen';
  const shown = document.createElement('b');
  shown.textContent = number(i + 1);
  shown.setAttribute('aria-hidden', 'true');
  th.append(canvas, shown, label);
  return th;
}
