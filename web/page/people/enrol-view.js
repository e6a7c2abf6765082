/** Taking people with the camera: what it sees, what is asked of them, what was taken. */

import { say } from '../words/say.js';
import { cameraFailure } from '../words/words.js';
import { emit, part } from '../views/parts.js';
import { faceCanvases } from './face-tiles.js';

/** @type {Record<import('./enrol.js').Pose, string>} */
const POSES = { straight: say('enrolStraight'), left: say('enrolLeft'), right: say('enrolRight'),
  smile: say('enrolSmile') };

/** @type {Record<import('./enrol.js').Hindrance, string>} */
const HINDRANCES = { name: say('enrolNameFirst'), nobody: say('enrolNobody'), one: say('enrolOne'),
  near: say('enrolNear'), dark: say('enrolDark') };

/** @param {HTMLDialogElement} dialog */
export function mountEnrolment(dialog) {
  const video = part(dialog, 'video');
  const input = part(dialog, 'input');
  const hint = part(dialog, '.hint');
  const next = part(dialog, '[data-does=next]');
  /** @type {unknown} */
  let shown = null;

  input.addEventListener('change', () => emit(dialog, 'enrol', { does: 'name', name: input.value }));
  next.addEventListener('click', () => {
    input.value = '';
    input.focus();
    emit(dialog, 'enrol', { does: 'next' });
  });
  part(dialog, '[data-does=close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => emit(dialog, 'enrol', { does: 'close' }));

  return (/** @type {import('./people-state.js').State} */ { enrolment, crops }) => {
    if (!enrolment) {
      video.srcObject = null;
      if (dialog.open) dialog.close();
      return;
    }
    const { phase, stream, pose, hindrance, faces, over, failure } = enrolment;
    if (!dialog.open) {
      input.value = '';
      dialog.showModal();
      input.focus();
    }
    if (video.srcObject !== stream) video.srcObject = stream;
    part(dialog, '.view').hidden = phase === 'failed';
    next.hidden = phase !== 'live';
    const text = phase === 'failed' ? cameraFailure(failure)
      : phase === 'asking' ? say('cameraAsking')
        : over ? say('enrolOver', { name: over })
          : hindrance ? HINDRANCES[hindrance] : POSES[pose];
    const all = [text, faces.length && !over ? say('enrolTaken', { count: faces.length }) : '']
      .filter(Boolean).join(' ');
    if (hint.textContent !== all) hint.textContent = all;
    if (shown === faces) return;
    shown = faces;
    part(dialog, '.strip').replaceChildren(...faceCanvases(crops, faces).map((canvas) => {
      const item = document.createElement('li');
      item.append(canvas);
      return item;
    }));
  };
}
