/** Everybody who was found, and the names that the visitor gives them. */

import { say } from '../words/say.js';
import { copyOf, emit, part } from '../views/parts.js';
import { mountList, showFace } from './face-tiles.js';
import { nameOf, photosText, refusedLine, refusedTitle } from './people-words.js';

/** @typedef {import('./collection.js').PersonRecord} PersonRecord */

/** Refused photos that are listed. */
const MOST_REFUSED = 1000;

/** @param {HTMLElement} element */
export function mountCrowd(element) {
  /** @type {import('./people-state.js').State} */
  let state;
  const [once, aside, refused] = ['once', 'aside', 'refused'].map((name) => (
    part(element, `.${name}`)));

  /** @param {PersonRecord} person */
  const make = ({ id }) => {
    const item = copyOf('person-card-template');
    const input = part(item, 'input');
    part(item, 'button').addEventListener('click', () => emit(item, 'person', { person: id }));
    const take = () => emit(item, 'tend', { does: 'name', person: id, name: input.value });
    input.addEventListener('change', take);
    input.addEventListener('keydown', (/** @type {KeyboardEvent} */ { key }) => {
      if (key === 'Enter') {
        take();
        nextOf(input)?.focus();
      } else if (key === 'Escape') input.value = state.collection?.people.get(id)?.name ?? '';
    });
    return item;
  };
  /** @param {HTMLElement} item @param {PersonRecord} person */
  const update = (item, { id, name }) => {
    const faces = state.collection?.facesOf(id) ?? [];
    const photos = photosText(new Set(faces.map(({ photo }) => photo)).size);
    const input = part(item, 'input');
    showFace(part(item, 'canvas'), state.crops, faces[0].id);
    part(item, 'button').setAttribute('aria-label', say('showPerson', { name: nameOf({ name }) }));
    input.setAttribute('aria-label', say('whoIsThis', { photos }));
    if (document.activeElement !== input || !input.value) input.value = name;
    part(item, '.count').textContent = photos;
  };
  /** @param {ParentNode} inside @param {number} [some] */
  const list = (inside, some) => mountList(part(inside, '.people'), part(inside, '.more'), {
    key: ({ id }) => id, make, update, label: (count) => say('showMore', { count }), some });
  const showPeople = list(element, 120);
  const showOnce = list(once);
  const showAside = mountList(part(aside, '.people'), more(aside), {
    key: ({ id }) => id, make, update, label: (count) => say('showMore', { count }) });
  /** @type {Map<number, number>} */
  let places = new Map();
  /** Whoever is new comes last. @param {PersonRecord} person */
  const placeOf = ({ id }) => places.get(id) ?? places.size;
  let [version, drawn] = [-1, /** @type {unknown} */ (null)];

  once.addEventListener('toggle', () => draw(false));

  /** @param {boolean} anew */
  function draw(anew) {
    const { collection } = state;
    if (!collection) return;
    const everybody = collection.everybody;
    const seen = everybody.filter(({ aside: is }) => !is);
    const often = seen.filter(({ id, name }) => name || collection.facesOf(id).length > 1);
    // Who has no name yet comes first, those with most photos before others; but nobody moves
    // because of a name, under the pointer that is about to press.
    const sorted = [...often.filter(({ name }) => !name), ...often.filter(({ name }) => name)];
    if (!anew) sorted.sort((a, b) => placeOf(a) - placeOf(b));
    places = new Map(sorted.map(({ id }, i) => [id, i]));
    const single = seen.filter(({ id, name }) => !name && collection.facesOf(id).length === 1);
    const away = everybody.filter(({ aside: is }) => is);
    showPeople(sorted, anew);
    showOnce(once.open ? single : [], anew);
    showAside(away, anew);
    once.hidden = !single.length;
    aside.hidden = !away.length;
    part(once, 'summary').textContent = say('onceTitle', { count: single.length });
    part(aside, 'summary').textContent = say('asideTitle', { count: away.length });
    const title = refusedTitle(collection);
    refused.hidden = !title;
    part(refused, 'summary').textContent = title;
    if (!title || !refused.open) return;
    part(refused, 'ul').replaceChildren(...[...collection.photos.values()]
      .filter(({ faces }) => !faces.length).slice(0, MOST_REFUSED).map((photo) => {
        const item = document.createElement('li');
        item.textContent = refusedLine(photo);
        return item;
      }));
  }
  refused.addEventListener('toggle', () => draw(false));

  return (/** @type {import('./people-state.js').State} */ now) => {
    state = now;
    const { phase, collection } = now;
    element.hidden = phase !== 'people' || !collection?.faces.size && !collection?.photos.size;
    if (!collection || element.hidden) return;
    if (version === collection.version && drawn === collection) return;
    draw(drawn !== collection);
    [version, drawn] = [collection.version, collection];
    document.getElementById('names')?.replaceChildren(
      ...collection.named.map(({ name }) => new Option('', name)));
  };

  /** The next one without a name. @param {HTMLElement} input @returns {HTMLElement | undefined} */
  function nextOf(input) {
    const all = /** @type {HTMLInputElement[]} */ ([...element.querySelectorAll('.people:not(.aside *) input')]);
    return all.slice(all.indexOf(/** @type {HTMLInputElement} */ (input)) + 1).find(({ value }) => !value)
      ?? input.closest('li')?.querySelector('button') ?? undefined;
  }
}

/** A place for the button that shows more. @param {HTMLElement} inside */
function more(inside) {
  const place = document.createElement('p');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'button plain';
  place.append(button);
  inside.append(place);
  return place;
}
