/** What the camera sees, as in a mirror, with a hint where the face goes. */

import { say } from '../words/say.js';
import { barLength, cameraFailure, credit, resultHeading, verdict } from '../words/words.js';
import { emit, part, showThumbnail } from '../views/parts.js';

/** @param {HTMLDialogElement} dialog */
export function mountCamera(dialog) {
  const video = part(dialog, 'video');
  const view = part(dialog, '.view');
  const status = part(dialog, '[role=status]');
  const count = part(dialog, '.count');
  const buttons = { shoot: part(dialog, '[data-do=shoot]'), timer: part(dialog, '[data-do=timer]'),
    turn: part(dialog, '[data-do=turn]'), mirror: part(dialog, '[data-do=mirror]'), retry: part(dialog, '[data-do=retry]') };

  const mirror = part(dialog, '.mirror');
  const face = part(dialog, '.face');
  /** @type {unknown} */
  let before = null;
  /** The row of the gallery whose picture is shown. */
  let row = -1;

  buttons.retry.textContent = say('retry');
  buttons.shoot.addEventListener('click', () => emit(dialog, 'camera', { does: 'shoot', video }));
  buttons.timer.addEventListener('click', () => emit(dialog, 'camera', { does: 'timer', video }));
  buttons.turn.addEventListener('click', () => emit(dialog, 'camera', { does: 'turn' }));
  buttons.mirror.addEventListener('click', () => emit(dialog, 'camera', { does: 'mirror', video }));
  buttons.retry.addEventListener('click', () => emit(dialog, 'camera', { does: 'open' }));
  part(dialog, '[data-do=close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => emit(dialog, 'camera', { does: 'close' }));

  /** @param {NonNullable<import('../state.js').State['camera']>} camera */
  function showMirror({ live, mirrored }) {
    buttons.mirror.setAttribute('aria-pressed', String(Boolean(live)));
    face.hidden = !live?.face;
    if (live?.face) {
      const { x, y, width, height } = live.face;
      const across = mirrored ? 1 - x - width / 2 : x + width / 2;
      const place = {
        '--x': (video.offsetLeft + across * video.offsetWidth) / view.clientWidth,
        '--y': (video.offsetTop + (y + height / 2) * video.offsetHeight) / view.clientHeight,
        '--w': width * video.offsetWidth / view.clientWidth,
        '--h': height * video.offsetHeight / view.clientHeight,
      };
      for (const [name, value] of Object.entries(place)) face.style.setProperty(name, String(value));
    }
    mirror.hidden = !live?.match;
    if (!live?.match) return;
    const { match, threshold } = live;
    part(mirror, '.verdict').textContent = verdict(match, threshold);
    part(mirror, '.bar span').style.setProperty('--length', String(barLength(match, threshold)));
    if (row === match.row) return;
    row = match.row;
    showThumbnail(part(mirror, 'canvas'), match.photo.thumbnail);
    part(mirror, '.credit').textContent = credit(match.photo);
  }

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
    buttons.shoot.hidden = buttons.timer.hidden = buttons.mirror.hidden = phase !== 'live';
    showMirror(camera);
    buttons.turn.hidden = phase !== 'live' || !switchable;
    buttons.retry.hidden = phase !== 'failed';
    if (phase === 'live' && before !== phase) buttons.shoot.focus();
    before = phase;
    buttons.timer.disabled = camera.count > 0;
    count.textContent = camera.count ? String(camera.count) : '';
    const text = phase === 'failed' ? cameraFailure(failure)
      : phase === 'asking' ? say('cameraAsking')
        : camera.count ? say('cameraCount', { count: camera.count })
          : camera.live ? mirrorText(camera.live) : say('cameraHint');
    if (status.textContent !== text) status.textContent = text;
  };
}

/** @param {import('./live.js').Live} live */
function mirrorText({ network, match, threshold }) {
  return !network ? say('oneMoment') : match ? resultHeading([match], threshold) : say('cameraHint');
}
