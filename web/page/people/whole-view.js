/** A whole photo, with the names of those in it. */

import { list, say } from '../words/say.js';
import { emit, part, showBitmap } from '../views/parts.js';
import { fileOf, nameOf } from './people-words.js';

/** @param {HTMLDialogElement} dialog */
export function mountWhole(dialog) {
  const canvas = part(dialog, 'canvas');
  const boxes = part(dialog, '.faces');
  part(dialog, '[data-does=close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => emit(dialog, 'whole', { hash: '' }));

  return (/** @type {import('./people-state.js').State} */ { whole, collection }) => {
    const photo = collection?.photos.get(whole?.hash ?? '');
    if (!whole || !photo || !collection) {
      if (dialog.open) dialog.close();
      return;
    }
    const { width, height } = photo;
    const faces = photo.faces.flatMap((id) => collection.faces.get(id) ?? [])
      .sort((a, b) => (a.box?.x ?? 0) - (b.box?.x ?? 0));
    const names = faces.map(({ person }) => nameOf(collection.people.get(person)));
    part(dialog, 'h2').textContent = fileOf(photo.paths[0]);
    part(dialog, '.frame').hidden = !whole.picture;
    if (whole.picture) showBitmap(canvas, whole.picture);
    canvas.setAttribute('aria-label', photo.paths[0]);
    boxes.replaceChildren(...faces.flatMap(({ box, person }, i) => {
      if (!box) return [];
      const place = document.createElement('span');
      const label = document.createElement('b');
      place.className = 'face';
      label.textContent = collection.people.get(person)?.name ?? '';
      label.hidden = !label.textContent;
      place.append(label);
      place.title = names[i];
      const values = { '--x': (box.x + box.width / 2) / width, '--y': (box.y + box.height / 2) / height,
        '--w': box.width / width, '--h': box.height / height };
      for (const [name, value] of Object.entries(values)) place.style.setProperty(name, String(value));
      return [place];
    }));
    part(dialog, '.text').textContent = [
      whole.problem === 'gone' ? say('wholeGone') : whole.problem === 'unseen' ? say('wholeUnseen') : '',
      names.length ? say('wholeFaces', { names: list(names) }) : '',
    ].filter(Boolean).join(' ');
    if (!dialog.open) dialog.showModal();
  };
}
