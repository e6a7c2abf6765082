/** The ways to give a photo that are not seen: dropping and pasting anywhere. */

import { GIVEN } from '../words/words.js';
import { emit, emitFiles } from './parts.js';

/**
 * @param {HTMLElement} veil  shown while something hangs over the page
 * @param {(given: DataTransfer) => void} [take]  what was dropped or pasted
 */
export function mountIntake(veil, take = takePhotos) {
  // Moving over a child leaves the parent, so leaving is counted.
  let depth = 0;
  /** @param {number} change */
  const hover = (change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };

  /** Of this page: a picture, a link or selected text that is dragged about. */
  let own = false;
  /** @param {DragEvent} event */
  const brings = ({ dataTransfer }) => !own
    && dataTransfer?.types.some((type) => ['Files', 'text/uri-list'].includes(type));

  document.addEventListener('dragstart', () => { own = true; });
  document.addEventListener('dragend', () => { own = false; });
  document.addEventListener('dragenter', (event) => {
    event.preventDefault();
    if (brings(event)) hover(1);
  });
  document.addEventListener('dragleave', (event) => {
    if (brings(event)) hover(-1);
  });
  document.addEventListener('dragover', (event) => event.preventDefault());
  document.addEventListener('drop', (event) => {
    event.preventDefault();
    hover(-depth);
    if (event.dataTransfer && brings(event)) take(event.dataTransfer);
  });
  document.addEventListener('paste', (event) => {
    if (event.clipboardData) take(event.clipboardData);
  });
}

/** @param {DataTransfer} given */
function takePhotos(given) {
  const [item] = Array.from(given.items).filter(({ kind }) => kind === 'file');
  if (item?.webkitGetAsEntry?.()?.isDirectory) {
    emit(document, 'problem', { text: GIVEN.folder });
  } else if (given.files.length) {
    emitFiles(document, [...given.files]);
  } else {
    const text = given.types.includes('text/uri-list') ? GIVEN.address : GIVEN.nothing;
    emit(document, 'problem', { text });
  }
}
