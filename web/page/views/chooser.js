/** The ways to give a photo that are seen: the file button and the samples. */

import { say } from '../words/say.js';
import { credit, downloadSize, galleryName, told } from '../words/words.js';
import { copyOf, emit, emitFiles, part } from './parts.js';

/** @param {HTMLElement} element */
export function mountChooser(element) {
  const input = part(element, '#file');
  const samples = part(element, '.samples');
  const known = part(element, '#known');
  const size = part(element, '#download span');
  const download = part(element, '#download button');
  const label = part(element, '#choose span');
  const first = label.textContent;
  let drawn = false;

  const take = () => {
    emitFiles(element, [...input.files]);
    input.value = ''; // so that the same file can be chosen again
  };
  input.addEventListener('change', take);
  if (input.files.length) queueMicrotask(take); // chosen before this script was here
  part(element, '#use-camera').addEventListener('click', () => emit(element, 'camera', { does: 'open' }));
  download.addEventListener('click', () => emit(element, 'download'));

  return (/** @type {import('../state.js').State} */ { offers, ready, phase }) => {
    label.textContent = phase === 'empty' ? first : say('choose');
    download.hidden = !offers?.missing || ready || phase === 'busy';
    size.textContent = offers ? downloadSize(offers, ready) : '';
    known.textContent = offers?.gallery
      ? say('comparedWith', { gallery: galleryName(offers.gallery) }) : '';
    if (!offers || drawn) return;
    drawn = true;
    samples.classList.remove('coming');
    samples.hidden = offers.samples.length === 0;
    part(samples, 'ul').replaceChildren(...offers.samples.map(sampleItem));
  };
}

/** @param {import('../../engine/humshakal.js').Sample} sample */
export function sampleItem({ file, small, title, ...made }) {
  const item = copyOf('sample-template');
  const image = part(item, 'img');
  image.alt = told(title);
  image.addEventListener('error', () => {
    item.hidden = true; // the page is whole without it
    console.warn(`A sample photo is missing (${file}).`);
  });
  image.src = small ?? file;
  part(item, 'button').addEventListener('click', () => emit(item, 'sample',
    { address: new URL(file, document.baseURI).href, note: credit(made) }));
  return item;
}

/** A sample is small: what has not come by then will not come. */
const PATIENCE = 10_000;

/**
 * @param {string} address
 * @param {AbortSignal} signal
 * @returns {Promise<Blob | null>}  null: it cannot be had
 */
export async function sampleOf(address, signal) {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE);
  signal.addEventListener('abort', () => stop.abort());
  try {
    const response = await fetch(address, { cache: 'force-cache', signal: stop.signal });
    if (!response.ok) throw new Error(`the server answered ${response.status}`);
    return await response.blob();
  } catch (error) {
    console.warn(`${address} could not be fetched (${error}).`);
    return null;
  } finally {
    clearTimeout(timer);
  }
}
