/** The ways to give photos: a folder, files, a zip, dropping any of them; and the camera. */

import { element } from '../page.js';
import { mountIntake } from '../views/intake.js';
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

  mountIntake(element('veil'), async (given) => {
    if (!given.files.length) { // text that is pasted into a name is nobody's business here
      if (given.types.includes('text/uri-list')) emit(document, 'problem', { text: GIVEN.address });
      return;
    }
    const { files: plain, source } = await fromDrop(given);
    if (source.entries.length || !plain.length) give(source);
    else take(plain);
  });
}
