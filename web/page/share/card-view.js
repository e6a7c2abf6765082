/** The result as a picture: a preview that follows the choice, and the ways to share it. */

import { cardFile, drawCard } from './draw-card.js';
import { writeResultLink } from './result-link.js';
import { say } from '../words/say.js';
import { cardDescription, credit, resultHeading, shareText, verdict } from '../words/words.js';
import { part } from '../views/parts.js';
import { saveFile } from '../views/save-file.js';
import { Job } from '../job.js';

/**
 * @param {HTMLElement} element  the dialog
 * @param {boolean} files  whether pictures can be saved: not where the browser alters what
 *   pages read of a canvas, since another picture would be saved than is seen
 */
export function mountCard(element, files) {
  const dialog = /** @type {HTMLDialogElement} */ (element);
  const canvas = part(dialog, 'canvas');
  const status = part(dialog, '[role=status]');
  const page = new URL('./', document.baseURI);
  /** @type {import('../state.js').State} */
  let shown;
  /** @type {import('./draw-card.js').Card} */
  let card;
  /** A card that is being put together. @type {Job<import('./draw-card.js').Card> | null} */
  let making = null;

  const chosen = () => part(dialog, 'input:checked').value;
  const draw = () => drawCard(canvas, card, chosen());

  part(document, '#make-card').addEventListener('click', async () => {
    making?.end();
    part(dialog, 'input[value=none]').checked = true; // each result asks anew
    status.textContent = files ? '' : say('cardAltered');
    const job = making = new Job((/** @type {import('./draw-card.js').Card} */ made) => {
      card = made;
      draw();
      canvas.setAttribute('aria-label', cardDescription(shown.matches));
      dialog.showModal();
    });
    await job.run(async () => job.show(await cardOf(shown, page)), console.warn);
  });
  part(dialog, 'fieldset').addEventListener('change', draw);
  part(dialog, '#card-close').addEventListener('click', () => dialog.close());

  /** @param {string} id @param {() => Promise<string>} run  resolves to what to say */
  const action = (id, run) => {
    part(dialog, id).addEventListener('click', async () => {
      status.textContent = '';
      try {
        status.textContent = await run();
      } catch (error) {
        if (/** @type {any} */ (error)?.name === 'AbortError') return; // closed by the visitor
        console.warn(error);
        status.textContent = say('cardFailed', { problem: String(error) });
      }
    });
  };
  action('#card-share', async () => {
    await navigator.share({ files: [await cardFile(canvas)] });
    return '';
  });
  action('#card-save', async () => {
    saveFile(await cardFile(canvas), 'humshakal.png');
    return say('cardSaved');
  });
  action('#card-copy', async () => {
    await navigator.clipboard.write([new ClipboardItem({ 'image/png': cardFile(canvas) })]);
    return say('cardCopied');
  });
  action('#card-link', async () => {
    await navigator.clipboard.writeText(writeResultLink(page.href, shown.matches));
    return say('cardLinkCopied');
  });
  part(dialog, '#card-save').hidden = !files;
  part(dialog, '#card-share').hidden = !files || !navigator.canShare?.(
    { files: [new File([], 'humshakal.png', { type: 'image/png' })] });
  part(dialog, '#card-copy').hidden = !files || typeof ClipboardItem === 'undefined';
  part(dialog, '#card-link').hidden = !navigator.clipboard;

  return (/** @type {import('../state.js').State} */ state) => {
    shown = state;
    if (state.phase === 'result') return;
    making?.end();
    dialog.close();
  };
}

/**
 * @param {import('../state.js').State} state
 * @param {URL} page
 * @returns {Promise<import('./draw-card.js').Card>}
 */
async function cardOf({ matches, threshold, crop }, page) {
  const people = matches.map(async (match) => ({
    name: match.name,
    verdict: verdict(match, threshold),
    share: shareText(match),
    credit: credit(match.photo),
    picture: match.photo.thumbnail && await pictureOf(match.photo.thumbnail),
  }));
  return {
    heading: resultHeading(matches, threshold),
    people: await Promise.all(people),
    face: crop,
    note: say('cardNote'),
    address: page.host + page.pathname.replace(/\/$/, ''),
  };
}

/** A gallery may have a damaged one. @param {Blob} thumbnail */
async function pictureOf(thumbnail) {
  try {
    return await createImageBitmap(thumbnail);
  } catch (error) {
    console.warn(`A small picture of the gallery cannot be shown (${error}).`);
    return null;
  }
}
