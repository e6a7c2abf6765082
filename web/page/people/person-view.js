/** One person: all their faces, and which of them are not theirs. */

import { say } from '../words/say.js';
import { copyOf, emit, part } from '../views/parts.js';
import { mountList, showFace } from './face-tiles.js';
import { fileOf, nameOf, photosText } from './people-words.js';

/** @typedef {import('./collection.js').FaceRecord} FaceRecord */

/** @param {HTMLDialogElement} dialog */
export function mountPerson(dialog) {
  /** @type {import('./people-state.js').State} */
  let state;
  /** @type {Set<string>} */
  const picked = new Set();
  let [person, version] = [0, -1];
  /** The button that deletes was pressed once. */
  let sure = false;
  const input = part(dialog, 'input[type=text]');
  const buttons = Object.fromEntries(['reject', 'split', 'aside', 'photos', 'remove', 'close'].map((does) => (
    [does, part(dialog, `[data-does=${does}]`)])));

  const tell = (/** @type {object} */ detail) => emit(dialog, 'tend', { person, faces: [...picked], ...detail });
  buttons.reject.addEventListener('click', () => tell({ does: 'reject' }));
  buttons.split.addEventListener('click', () => tell({ does: 'split' }));
  buttons.aside.addEventListener('click', () => tell({ does: 'aside' }));
  buttons.photos.addEventListener('click', () => emit(dialog, 'make', { does: 'photos', person }));
  buttons.remove.addEventListener('click', () => {
    if (sure) tell({ does: 'remove' });
    sure = true;
    label();
  });
  buttons.close.addEventListener('click', () => dialog.close());
  input.addEventListener('change', () => {
    if (input.value.trim()) tell({ does: 'move', name: input.value });
    input.value = '';
  });
  dialog.addEventListener('close', () => emit(dialog, 'person', { person: 0 }));

  const show = mountList(part(dialog, '.tiles'), part(dialog, '.more'), {
    /** @param {FaceRecord} face */
    key: ({ id }) => id,
    label: (count) => say('showMore', { count }),
    make: ({ id, photo }) => {
      const item = copyOf('tile-template');
      const check = part(item, 'input');
      part(item, 'button').addEventListener('click', () => emit(item, 'whole', { hash: photo }));
      check.addEventListener('change', () => {
        if (check.checked) picked.add(id);
        else picked.delete(id);
        allow();
      });
      return item;
    },
    update: (item, { id, photo }) => {
      const path = state.collection?.photos.get(photo)?.paths[0] ?? '';
      const name = nameOf(state.collection?.people.get(person));
      showFace(part(item, 'canvas'), state.crops, id);
      part(item, 'button').setAttribute('aria-label', say('faceIn', { file: path }));
      part(item, 'label span').textContent = fileOf(path);
      part(item, 'input').setAttribute('aria-label', say('notThisOne', { name }));
      part(item, 'input').checked = picked.has(id);
    },
  });

  function label() {
    buttons.remove.textContent = sure
      ? say('personRemoveSure', { name: nameOf(state.collection?.people.get(person)) }) : say('personRemove');
  }

  function allow() {
    buttons.reject.disabled = buttons.split.disabled = input.disabled = !picked.size;
  }

  return (/** @type {import('./people-state.js').State} */ now) => {
    state = now;
    const { collection } = now;
    const faces = now.person ? collection?.facesOf(now.person) ?? [] : [];
    if (!collection || !faces.length) {
      person = 0;
      if (dialog.open) dialog.close();
      return;
    }
    const other = person !== now.person;
    if (!other && version === collection.version) return;
    [person, version] = [now.person, collection.version];
    picked.clear();
    sure = false;
    allow();
    label();
    const about = collection.people.get(person);
    part(dialog, 'h2').textContent = say('personTitle', { name: nameOf(about),
      photos: photosText(new Set(faces.map(({ photo }) => photo)).size) });
    buttons.aside.textContent = about?.aside ? say('takeBack') : say('setAside');
    show(faces, other);
    if (!dialog.open) dialog.showModal();
  };
}
