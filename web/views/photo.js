/** The photo with its faces; several of them are buttons to choose one. */

import { say } from '../say.js';
import { faceLabel, photoCaption, shrunkNote } from '../words.js';
import { emit, part } from './parts.js';

/** @typedef {import('../wasm.js').Face} Face */

/** @param {HTMLElement} element */
export function mountPhoto(element) {
  const image = part(element, 'img');
  const boxes = part(element, '.faces');
  const caption = part(element, '.caption');
  const whole = part(element, '[data-action=whole]');
  /** @type {unknown} */
  let drawn = null;

  image.alt = say('yourPhoto');
  whole.textContent = say('whole');

  const frame = part(element, '.frame');
  // Not every file is a photo, and not every browser can show every one.
  image.addEventListener('error', () => { frame.hidden = true; });
  image.addEventListener('load', () => { frame.hidden = false; });
  whole.addEventListener('click', () => emit(element, 'action', { name: 'whole' }));

  return (/** @type {import('../main.js').State} */ { photo, found, selected, phase }) => {
    element.hidden = !photo;
    if (!photo) return;
    if (image.src !== photo.url) image.src = photo.url;
    if (drawn !== found) {
      drawn = found;
      boxes.replaceChildren(...(found ? drawBoxes(found) : []));
    }
    for (const box of boxes.children) {
      const pressed = box.dataset.index === String(selected);
      if (box.matches('button')) box.setAttribute('aria-pressed', String(pressed));
      box.hidden = selected === 'whole' && !box.matches('button');
    }
    whole.hidden = phase !== 'result' || selected === 'whole';
    caption.textContent = [
      found ? photoCaption(found.faces.length) : '',
      found?.shrunkFrom ? shrunkNote(found.shrunkFrom, found) : '',
      photo.note,
    ].filter(Boolean).join(' ');
  };
}

/** @param {{width: number, height: number, faces: Face[]}} found */
function drawBoxes({ width, height, faces }) {
  // Numbered as one reads, since "largest first" means nothing to a reader.
  const inOrder = faces.map((face, index) => ({ face, index }))
    .sort((a, b) => (a.face.x + a.face.width / 2) - (b.face.x + b.face.width / 2));
  return inOrder.map(({ face, index }, i) => {
    const box = document.createElement(faces.length > 1 ? 'button' : 'span');
    box.className = 'face';
    box.dataset.index = String(index);
    if (box instanceof HTMLButtonElement) {
      box.type = 'button';
      box.setAttribute('aria-label', faceLabel(i + 1, faces.length));
      box.addEventListener('click', () => emit(box, 'face', { index }));
    }
    const place = {
      '--x': (face.x + face.width / 2) / width,
      '--y': (face.y + face.height / 2) / height,
      '--w': face.width / width,
      '--h': face.height / height,
    };
    for (const [name, value] of Object.entries(place)) {
      box.style.setProperty(name, String(value));
    }
    return box;
  });
}
