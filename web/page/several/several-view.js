/** Several photos of one person: which of them count, and how steady the result is. */

import { say } from '../words/say.js';
import { LEFT_OUT, togetherText } from '../words/words.js';
import { copyOf, emit, part, showBitmap, showPixels } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountSeveral(element) {
  const list = part(element, '.photos');
  const people = part(element, '.people');
  /** @type {unknown} */
  let drawn = null;
  /** @type {unknown} */
  let seen = null;

  return (/** @type {import('../state.js').State} */ { several, pictures, phase }) => {
    element.hidden = !several?.together || phase === 'notice';
    if (element.hidden || !several?.together) return;
    const { photos, together, unseen, switched, person } = several;
    if (drawn !== photos) {
      drawn = photos;
      list.replaceChildren(...photos.map((_, index) => photoItem(index, photos.length)));
    }
    const used = together.photos.filter(({ verdict }) => verdict === 'used').length;
    part(element, 'h2').textContent = say('severalTitle', { count: photos.length });
    part(element, '.steady').textContent = togetherText(unseen, together);
    if (seen !== together) showPeople(people, together.people, person);
    seen = together;
    together.photos.forEach(({ verdict, share }, i) => {
      const item = list.children[i];
      const input = part(item, 'input');
      const picture = pictures.of(photos[i].blob);
      if (picture) showBitmap(part(item, 'canvas'), picture);
      // At once, though the result may take a moment to follow.
      input.checked = switched.get(i) ?? verdict === 'used';
      // One has to stay, and some cannot be used.
      input.disabled = verdict === 'no-face' || verdict === 'unreadable'
        || (verdict === 'used' && used === 1);
      item.classList.toggle('out', verdict !== 'used');
      part(item, '.verdict').textContent = verdict === 'used'
        ? say('severalCounts', { share: Math.round(100 * share) }) : LEFT_OUT[verdict];
    });
  };
}

/**
 * Who is meant, where the photos show several people.
 * @param {HTMLElement} element
 * @param {import('./several.js').Together['people']} people
 * @param {number} person
 */
function showPeople(element, people, person) {
  element.hidden = people.length < 2;
  if (element.hidden) return;
  part(element, 'p').textContent = say('peopleSeen', { count: people.length });
  const list = part(element, 'ul');
  if (list.children.length !== people.length) {
    list.replaceChildren(...people.map((_, index) => {
      const item = copyOf('seen-template');
      part(item, 'button').addEventListener('click', () => emit(item, 'person', { index }));
      return item;
    }));
  }
  people.forEach(({ crop, count }, i) => {
    const button = part(/** @type {HTMLElement} */ (list.children[i]), 'button');
    button.setAttribute('aria-pressed', String(i === person));
    button.setAttribute('aria-label', say('personSeen', { number: i + 1, count }));
    if (crop) showPixels(part(button, 'canvas'), crop);
  });
}

/** @param {number} index @param {number} count */
function photoItem(index, count) {
  const item = copyOf('several-template');
  const input = part(item, 'input');
  part(item, 'canvas').setAttribute('aria-label', say('photoOf', { number: index + 1, count }));
  input.addEventListener('change', () => emit(item, 'use', { index, use: input.checked }));
  return item;
}
