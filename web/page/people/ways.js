/** The ways to give photos: a folder, files, a zip, dropping any of them; and the camera. */

import { element } from '../page.js';
import { emit } from '../views/parts.js';
import { GIVEN } from '../words/words.js';
import { ZIP, fromDrop, fromFiles, fromFolder } from './sources.js';
import { explainZip } from './people-words.js';

/** @typedef {import('./sources.js').Source} Source */

const GALLERY = /\.humg$/i;

/**
 * @param {object} app
 * @param {(source: Source) => void} app.give
 * @param {(file: File) => void} app.gallery  a gallery file
 * @param {() => void} app.enrol
 * @param {(notice: import('../words/words.js').Explanation) => void} app.problem
 */
export function startWays({ give, gallery, enrol, problem }) {
  const folder = element('folder');
  const folderFiles = /** @type {HTMLInputElement} */ (element('folder-files'));
  const files = /** @type {HTMLInputElement} */ (element('files'));

  folder.addEventListener('click', async () => {
    const { showDirectoryPicker } = /** @type {any} */ (window);
    if (!showDirectoryPicker) {
      folderFiles.click();
      return;
    }
    try {
      const chosen = await showDirectoryPicker({ id: 'humshakal-people', mode: 'read' });
      give(await fromFolder(chosen, new AbortController().signal));
    } catch (error) {
      if (/** @type {any} */ (error).name === 'AbortError') return; // the visitor chose none
      console.warn(`This browser does not give the folder (${error}).`);
      folderFiles.click();
    }
  });
  for (const input of [folderFiles, files]) {
    input.addEventListener('change', () => {
      const chosen = [...input.files ?? []];
      input.value = ''; // so that the same can be chosen again
      if (chosen.length) take(chosen);
    });
  }
  element('enrol').addEventListener('click', enrol);

  /** @param {File[]} chosen */
  async function take(chosen) {
    const own = chosen.find(({ name }) => GALLERY.test(name));
    if (own) gallery(own);
    else if (chosen.length === 1 && ZIP.test(chosen[0].name)) {
      try {
        const { fromZip, zipPackage } = await import('./zip.js');
        give(await fromZip(chosen[0], await zipPackage()));
      } catch (error) {
        if (typeof /** @type {any} */ (error).kind !== 'string') throw error;
        problem(explainZip(/** @type {any} */ (error)));
      }
    } else give(fromFiles(chosen));
  }

  listen(element('veil'), async (given) => {
    const { files: plain, source } = await fromDrop(given);
    if (source.entries.length || !plain.length) give(source);
    else take(plain);
  });
}

/**
 * Dropping and pasting anywhere on the page.
 * @param {HTMLElement} veil  shown while something hangs over it
 * @param {(given: DataTransfer) => void} take
 */
function listen(veil, take) {
  let depth = 0;
  const hover = (/** @type {number} */ change) => {
    depth = Math.max(0, depth + change);
    veil.hidden = depth === 0;
  };
  const brings = (/** @type {DragEvent} */ { dataTransfer }) => dataTransfer?.types.includes('Files');
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
    const { dataTransfer } = event;
    if (dataTransfer && brings(event)) take(dataTransfer);
    else emit(document, 'problem', { text: GIVEN.nothing });
  });
  document.addEventListener('paste', ({ clipboardData }) => {
    if (clipboardData?.files.length) take(clipboardData);
  });
}
