/** How far the photos have been looked at, and the question about the names of folders. */

import { list, say } from '../words/say.js';
import { Pace } from '../views/pace.js';
import { emit, part } from '../views/parts.js';
import { faceCanvases } from './face-tiles.js';
import { readingText } from './people-words.js';

/** Names that are shown when it is asked what they are. */
const MOST_NAMES = 12;

/** Seconds left are said from so many photos on: the first take longer. */
const KNOWN_AFTER = 8;

/** @param {HTMLElement} element */
export function mountReading(element) {
  const bar = part(element, 'progress');
  const text = part(element, '#reading-text');
  const strip = part(element, '.strip');
  const pause = part(element, '[data-does=pause]');
  const pace = new Pace();
  /** @type {unknown} */
  let latest = null;
  for (const button of element.querySelectorAll('button')) {
    button.addEventListener('click', () => emit(element, 'reading', { does: button.dataset.does }));
  }

  return (/** @type {import('./people-state.js').State} */ state) => {
    const { phase, reading, crops } = state;
    element.hidden = phase !== 'reading' || !reading;
    if (!reading || element.hidden) return;
    const looked = reading.done - reading.known;
    const seconds = reading.paused ? null : pace.left(reading.done, reading.total);
    const now = readingText(reading, looked < KNOWN_AFTER ? null : seconds);
    if (text.textContent !== now) text.textContent = now;
    if (reading.sorting) bar.removeAttribute('value');
    else bar.value = reading.total ? reading.done / reading.total : 0;
    pause.textContent = say(reading.paused ? 'goOn' : 'pause');
    pause.hidden = Boolean(reading.sorting);
    part(element, '[data-does=stop]').hidden = Boolean(reading.sorting);
    if (latest === state.latest) return;
    latest = state.latest;
    strip.replaceChildren(...faceCanvases(crops, state.latest).map((canvas) => {
      const item = document.createElement('li');
      item.append(canvas);
      return item;
    }));
  };
}

/** @param {HTMLElement} element */
export function mountFolderNames(element) {
  for (const button of element.querySelectorAll('button')) {
    button.addEventListener('click', () => emit(element, 'folder-names',
      { people: button.dataset.does === 'yes' }));
  }
  return (/** @type {import('./people-state.js').State} */ { phase, folderNames }) => {
    element.hidden = phase !== 'names';
    const named = folderNames.slice(0, MOST_NAMES);
    const left = folderNames.length - named.length;
    part(element, '.names').textContent = list([...named, ...left ? [`+${left}`] : []]);
  };
}
