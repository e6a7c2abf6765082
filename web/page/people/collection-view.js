/** The collections that are kept, the one that is open, and what can be done with it. */

import { say } from '../words/say.js';
import { galleryName } from '../words/words.js';
import { copyOf, emit, part } from '../views/parts.js';
import { faceCanvases } from './face-tiles.js';
import {
  aboutText, facesText, findingText, keptText, peopleText, undoText,
} from './people-words.js';

/** Findings that are listed. */
const MOST_FINDINGS = 300;

/** @param {HTMLElement} element */
export function mountKept(element) {
  /** @type {unknown} */
  let drawn = null;
  /** The one that is about to be deleted. */
  let sure = 0;

  return function update(/** @type {import('./people-state.js').State} */ state) {
    const { kept, about, phase } = state;
    element.hidden = !kept.length || about !== null || phase === 'busy';
    if (drawn === kept) return;
    drawn = kept;
    part(element, 'ul').replaceChildren(...kept.map((one) => {
      const item = copyOf('kept-template');
      const remove = part(item, '[data-does=delete]');
      part(item, 'b').textContent = one.name;
      part(item, '.quiet').textContent = keptText(one);
      part(item, '[data-does=open]').addEventListener('click', () => emit(item, 'collection',
        { does: 'open', kept: one }));
      remove.textContent = sure === one.id ? say('keptDeleteSure', { name: one.name }) : say('keptDelete');
      remove.addEventListener('click', () => {
        if (sure === one.id) {
          emit(item, 'collection', { does: 'delete', kept: one });
          return;
        }
        sure = one.id;
        remove.textContent = say('keptDeleteSure', { name: one.name });
      });
      return item;
    }));
  };
}

/** @param {HTMLElement} element */
export function mountAbout(element) {
  const name = part(element, 'input');
  const undo = part(element, '[data-does=undo]');
  name.addEventListener('change', () => emit(element, 'collection', { does: 'rename', name: name.value }));
  undo.addEventListener('click', () => emit(element, 'tend', { does: 'undo' }));
  part(element, '[data-does=close]').addEventListener('click', () => emit(element, 'collection', { does: 'close' }));
  document.addEventListener('keydown', (event) => {
    const { key, ctrlKey, metaKey, shiftKey, target } = event;
    const typing = target instanceof HTMLElement && target.matches('input[type=text], textarea');
    if (key !== 'z' || !(ctrlKey || metaKey) || shiftKey || typing || element.hidden) return;
    event.preventDefault();
    emit(element, 'tend', { does: 'undo' });
  });

  return (/** @type {import('./people-state.js').State} */ { phase, about, collection, read, lasting, promised }) => {
    element.hidden = phase !== 'people' || !about || !collection;
    if (!about || !collection || element.hidden) return;
    if (document.activeElement !== name) name.value = about.name;
    part(element, '.quiet').textContent = aboutText(collection, { read, lasting, promised });
    undo.disabled = !collection.history.length;
    undo.textContent = undoText(collection.history.at(-1));
  };
}

/** @param {HTMLElement} element */
export function mountUses(element) {
  const statement = part(element, 'textarea');
  const both = part(element, '[data-does=both]');
  for (const button of element.querySelectorAll('button')) {
    button.addEventListener('click', () => emit(element, 'make',
      { does: button.dataset.does, statement: statement.value }));
  }
  /** @type {unknown} */
  let of = null;

  return (/** @type {import('./people-state.js').State} */ { phase, about, collection, made, offers }) => {
    element.hidden = phase !== 'people' || !collection?.faces.size;
    if (!collection || element.hidden) return;
    if (of !== about?.id) statement.value = about?.statement ?? '';
    of = about?.id;
    const { named } = collection;
    const faces = named.reduce((all, { id }) => all + collection.facesOf(id).length, 0);
    part(element, '.hint').textContent = named.length
      ? say('usesNamed', { people: peopleText(named.length), faces: facesText(faces) }) : say('usesNoName');
    for (const button of element.querySelectorAll('button')) button.disabled = !named.length;
    both.parentElement.hidden = !offers?.gallery || Boolean(/** @type {any} */ (offers.gallery).own);
    both.textContent = offers?.gallery ? say('useBoth', { gallery: galleryName(offers.gallery) }) : '';
    const status = part(element, '.made');
    if (status.textContent !== made) status.textContent = made;
  };
}

/** @param {HTMLElement} element */
export function mountFindings(element) {
  /** @type {unknown} */
  let drawn = null;

  return (/** @type {import('./people-state.js').State} */ { phase, findings, collection, crops }) => {
    element.hidden = phase !== 'people' || !findings;
    if (!findings || !collection || drawn === findings) return;
    drawn = findings;
    part(element, 'h2').textContent = findings.length
      ? say('checkFound', { count: findings.length }) : say('checkNothing');
    part(element, 'ul').replaceChildren(...findings.slice(0, MOST_FINDINGS).map((finding) => {
      const { face, other } = finding;
      const item = document.createElement('li');
      const text = document.createElement('span');
      const button = document.createElement('button');
      button.type = 'button';
      button.append(...faceCanvases(crops, other ? [face, other] : [face]));
      button.setAttribute('aria-label', say('faceIn',
        { file: collection.photos.get(collection.faces.get(face)?.photo ?? '')?.paths[0] ?? '' }));
      button.addEventListener('click', () => emit(item, 'person',
        { person: collection.faces.get(face)?.person }));
      text.textContent = findingText(finding, collection);
      item.append(button, text);
      return item;
    }));
    /** @type {HTMLElement} */ (part(element, 'h2')).focus();
  };
}
