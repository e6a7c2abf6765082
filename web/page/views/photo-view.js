/** The photo with its faces; several of them are buttons to choose one. */

import { say } from '../words/say.js';
import { faceDoubts, faceLabel, isDoubtful, photoCaption, shrunkNote } from '../words/words.js';
import { emit, part, showBitmap } from './parts.js';

/** @typedef {import('../../engine/humshakal.js').Face} Face */

/** @param {HTMLElement} element */
export function mountPhoto(element) {
  const canvas = part(element, 'canvas');
  const boxes = part(element, '.faces');
  const caption = part(element, '.caption');
  const whole = part(element, '[data-action=whole]');
  /** @type {HTMLElement | null} only where all faces can be matched */
  const all = element.querySelector('[data-action=all]');
  /** @type {HTMLElement | null} only where a turned photo can be taken */
  const turn = element.querySelector('[data-action=turn]');
  /** @type {unknown} */
  let drawn = null;

  canvas.setAttribute('aria-label', say('yourPhoto'));
  whole.textContent = say('whole');

  const frame = part(element, '.frame');
  all?.addEventListener('click', () => emit(element, 'action', { name: 'all' }));
  turn?.addEventListener('click', () => emit(element, 'action', { name: 'turn' }));
  whole.addEventListener('click', () => emit(element, 'action', { name: 'whole' }));

  /** @typedef {import('../state.js').State} State */
  return (/** @type {Pick<State, 'photo' | 'pictures' | 'found' | 'several' | 'selected' |
   *   'phase'>} */ { photo, pictures, found, several, selected, phase }) => {
    element.hidden = !photo;
    if (!photo) return;
    const picture = pictures.of(photo.blob);
    frame.hidden = !picture; // not every browser can show every photo
    if (picture) showBitmap(canvas, picture);
    if (drawn !== found) {
      drawn = found;
      boxes.replaceChildren(...(found ? drawBoxes(found, !several) : []));
    }
    for (const box of boxes.children) {
      const pressed = box.dataset.index === String(selected);
      if (box.matches('button')) box.setAttribute('aria-pressed', String(pressed));
      box.hidden = !box.matches('button')
        && (selected === 'whole' || (Boolean(several) && !pressed));
    }
    const over = phase === 'result' || phase === 'everyone';
    whole.hidden = !over || Boolean(several) || selected === 'whole';
    if (turn) turn.hidden = phase === 'busy' || Boolean(several);
    if (all) {
      all.hidden = !over || Boolean(several) || selected === 'all'
        || (found?.faces.length ?? 0) < 2;
    }
    caption.textContent = several ? say('severalLead') : [
      found ? photoCaption(found.faces.length, selected === 'all') : '',
      typeof selected === 'number' && found?.faces[selected] ? faceDoubts(found.faces[selected]) : '',
      found?.shrunkFrom ? shrunkNote(found.shrunkFrom, found) : '',
      photo.note,
    ].filter(Boolean).join(' ');
  };
}

/** Indices of faces as one reads, since "largest first" means nothing to a reader.
 * @param {Face[]} faces */
export function inReadingOrder(faces) {
  const middle = faces.map(({ x, width }) => x + width / 2);
  return faces.map((_, i) => i).sort((a, b) => middle[a] - middle[b]);
}

/**
 * @param {{width: number, height: number, faces: Face[]}} found
 * @param {boolean} choosable
 */
function drawBoxes({ width, height, faces }, choosable) {
  return inReadingOrder(faces).map((index, i) => {
    const face = faces[index];
    const box = document.createElement(choosable && faces.length > 1 ? 'button' : 'span');
    box.className = isDoubtful(face) ? 'face doubtful' : 'face';
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
