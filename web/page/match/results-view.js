/** The five people who look most like the face. */

import {
  barLength, credit, facts, onlyNearest, resultHeading, resultText, verdict,
} from '../words/words.js';
import { say } from '../words/say.js';
import { copyOf, emit, part, showPixels, showThumbnail } from '../views/parts.js';

/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */

/** @param {HTMLElement} element */
export function mountResults(element) {
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('../state.js').State} */ state) => {
    const { phase, matches, threshold, crop, offers } = state;
    const again = !element.hidden; // and calmly
    element.hidden = phase !== 'result';
    if (element.hidden || drawn === matches) return;
    drawn = matches;
    part(element, 'h2').textContent = resultHeading(matches, threshold);
    part(element, '.text').textContent = resultText(matches, threshold, offers?.gallery);
    element.classList.toggle('again', again);
    element.classList.toggle('far', onlyNearest(matches, threshold));
    const before = again ? [...element.querySelectorAll('.person')]
      .map((item) => part(item, 'details').open) : [];
    part(element, 'ol').replaceChildren(...matches.map((match, i) => {
      const item = personItem(match, threshold, i === 0, crop);
      part(item, 'details').open = before[i] ?? false;
      return item;
    }));
  };
}

/**
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 * @param {boolean} first
 * @param {ImageData | null} crop  the visitor's face, which stands beside the first
 */
function personItem(match, threshold, first, crop) {
  const item = copyOf('person-template');
  showThumbnail(part(item, '.theirs'), match.photo.thumbnail);
  if (first && crop) {
    const canvas = part(item, '.yours');
    canvas.hidden = false;
    showPixels(canvas, crop);
  }

  setLink(part(item, 'h3 a'), match.name, match.link);
  part(item, '.verdict').textContent = verdict(match, threshold);
  part(item, '.bar span').style.setProperty('--length', String(barLength(match, threshold)));

  const line = document.createElement('a');
  part(item, '.credit').append(line);
  setLink(line, credit(match.photo), match.photo.link);
  part(item, 'summary').setAttribute('aria-label', say('detailsAbout', { name: match.name }));
  part(item, '.why').textContent = say('why');
  part(item, '.why').setAttribute('aria-label', say('whyTitle', { name: match.name }));
  part(item, '.why').addEventListener('click', () => emit(item, 'why', { does: 'open', match }));
  part(item, 'dl').replaceChildren(...facts(match, threshold, first).flatMap(([term, value]) => {
    const dt = document.createElement('dt');
    const dd = document.createElement('dd');
    dt.textContent = term;
    dd.textContent = value;
    return [dt, dd];
  }));
  return item;
}

/**
 * Addresses come from the gallery file, so only web addresses become links.
 * @param {HTMLAnchorElement} anchor
 * @param {string} text
 * @param {string} address
 */
function setLink(anchor, text, address) {
  anchor.textContent = text;
  if (/^https?:\/\//i.test(address)) {
    anchor.href = address;
    anchor.rel = 'noopener noreferrer';
    anchor.target = '_blank';
  }
}
