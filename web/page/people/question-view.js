/** One question after the other: are these one person? By buttons, keys and touch. */

import { say } from '../words/say.js';
import { emit, part } from '../views/parts.js';
import { faceCanvases } from './face-tiles.js';

/** Faces that are shown of a person. */
const MOST = 4;

/** @type {Record<string, string>} */
const KEYS = { y: 'yes', n: 'no', s: 'skip' };

/** @param {HTMLElement} element */
export function mountQuestion(element) {
  const [left, right] = element.querySelectorAll('.sides > .faces');
  const input = part(element, 'input');
  /** @type {import('./questions.js').Question | null} */
  let shown = null;

  /** @param {string} answer @param {string} [name] */
  const tell = (answer, name) => emit(element, 'answer', { question: shown, answer, name });
  for (const button of element.querySelectorAll('button')) {
    button.addEventListener('click', () => tell(button.dataset.does ?? ''));
  }
  input.addEventListener('change', () => {
    if (input.value.trim()) tell('else', input.value);
    input.value = '';
  });
  document.addEventListener('keydown', ({ key, target, ctrlKey, metaKey, altKey }) => {
    const typing = target instanceof HTMLElement && target.matches('input, textarea, select');
    const answer = KEYS[key.toLowerCase()];
    if (!answer || typing || ctrlKey || metaKey || altKey || element.hidden
      || document.querySelector('dialog[open]')) return;
    tell(answer);
  });

  return (/** @type {import('./people-state.js').State} */ { phase, collection, questions, crops, asked }) => {
    const [question = null] = questions;
    element.hidden = phase !== 'people' || !collection || (!question && !asked);
    if (!collection || element.hidden) return;
    const over = !question;
    part(element, '.sides').hidden = part(element, '.actions').hidden = part(element, '.else').hidden = over;
    part(element, '.quiet:last-child').hidden = over;
    part(element, '.left').textContent = over ? '' : say('questionsLeft', { count: questions.length });
    if (shown === question && !over) return;
    shown = question;
    if (!question) {
      part(element, 'h2').textContent = say('questionsOver');
      return;
    }
    const facesOf = (/** @type {number} */ id) => collection.facesOf(id).map((face) => face.id);
    const named = collection.people.get(question.one)?.name
      || (question.kind === 'same' && collection.people.get(question.other)?.name);
    part(element, 'h2').textContent = named ? say('askIs', { name: named }) : say('askSame');
    const one = question.kind === 'belongs'
      ? facesOf(question.one).filter((id) => id !== question.face) : facesOf(question.one);
    const other = question.kind === 'belongs' ? [question.face] : facesOf(question.other);
    left.replaceChildren(...tiles(other));
    right.replaceChildren(...tiles(one));
    part(element, '.else').hidden = question.kind === 'same' && other.length > 1;

    /** @param {string[]} faces */
    function tiles(faces) {
      return faceCanvases(crops, faces.slice(0, MOST)).map((canvas, i) => {
        const button = document.createElement('button');
        const face = collection?.faces.get(faces[i]);
        const path = collection?.photos.get(face?.photo ?? '')?.paths[0] ?? '';
        button.type = 'button';
        button.setAttribute('aria-label', say('faceIn', { file: path }));
        button.addEventListener('click', () => emit(button, 'whole', { hash: face?.photo }));
        button.append(canvas);
        return button;
      });
    }
  };
}
