/** The ways to give a photo that are not seen: dropping and pasting anywhere. */

import { GIVEN } from '../words.js';
import { emit, isWeights } from './parts.js';

/** @param {HTMLElement} veil  shown while something hangs over the page */
export function mountIntake(veil) {
  // Moving over a child leaves the parent, so leaving is counted.
  let depth = 0;
  /** @param {number} change */
  const hover = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };

  document.addEventListener('dragenter', (event) => {
    event.preventDefault();
    hover(1);
  });
  document.addEventListener('dragleave', () => hover(-1));
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    hover(-depth);
    if (event.dataTransfer) take(event.dataTransfer);
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData) take(event.clipboardData);
  });
}

/** @param {DataTransfer} given */
function take(given) {
  const [item] = Array.from(given.items).filter(({ kind }) => kind === 'file');
  const [file] = given.files;
  if (item?.webkitGetAsEntry?.()?.isDirectory) {
    emit(document, 'problem', { text: GIVEN.folder });
  } else if (file && isWeights(file.name)) {
    emit(document, 'weights', { file });
  } else if (file) {
    const note = given.files.length > 1 ? GIVEN.several : '';
    emit(document, 'photo', { blob: file, note });
  } else {
    const text = given.types.includes('text/uri-list') ? GIVEN.address : GIVEN.nothing;
    emit(document, 'problem', { text });
  }
}
