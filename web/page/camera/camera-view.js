/** What the camera sees, as in a mirror, with a hint where the face goes. */

import { say } from '../words/say.js';
import { cameraFailure } from '../words/words.js';
import { emit, part } from '../views/parts.js';

/** @param {HTMLDialogElement} dialog */
export function mountCamera(dialog) {
  const video = part(dialog, 'video');
  const view = part(dialog, '.view');
  const status = part(dialog, '[role=status]');
  const count = part(dialog, '.count');
  const buttons = { shoot: part(dialog, '[data-do=shoot]'), timer: part(dialog, '[data-do=timer]'),
    turn: part(dialog, '[data-do=turn]'), retry: part(dialog, '[data-do=retry]') };

  /** @type {unknown} */
  let before = null;

  buttons.retry.textContent = say('retry');
  buttons.shoot.addEventListener('click', () => emit(dialog, 'camera', { does: 'shoot', video }));
  buttons.timer.addEventListener('click', () => emit(dialog, 'camera', { does: 'timer', video }));
  buttons.turn.addEventListener('click', () => emit(dialog, 'camera', { does: 'turn' }));
  buttons.retry.addEventListener('click', () => emit(dialog, 'camera', { does: 'open' }));
  part(dialog, '[data-do=close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => emit(dialog, 'camera', { does: 'close' }));

  return (/** @type {import('../state.js').State} */ { camera }) => {
    if (!camera) {
      before = video.srcObject = null;
      if (dialog.open) dialog.close();
      return;
    }
    if (!dialog.open) dialog.showModal();
    const { phase, stream, mirrored, switchable, failure } = camera;
    if (video.srcObject !== stream) video.srcObject = stream;
    video.classList.toggle('mirrored', mirrored);
    view.hidden = phase === 'failed';
    view.classList.toggle('live', phase === 'live');
    buttons.shoot.hidden = buttons.timer.hidden = phase !== 'live';
    buttons.turn.hidden = phase !== 'live' || !switchable;
    buttons.retry.hidden = phase !== 'failed';
    if (phase === 'live' && before !== phase) buttons.shoot.focus();
    before = phase;
    buttons.timer.disabled = camera.count > 0;
    count.textContent = camera.count ? String(camera.count) : '';
    const text = phase === 'failed' ? cameraFailure(failure)
      : phase === 'asking' ? say('cameraAsking')
        : camera.count ? say('cameraCount', { count: camera.count }) : say('cameraHint');
    if (status.textContent !== text) status.textContent = text;
  };
}
