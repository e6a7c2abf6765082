/** Which network and gallery are used, and the choice of others. */

import { galleryName, networkName, networkSize, networkSpeed, told } from '../words/words.js';
import { copyOf, emit, part } from '../views/parts.js';

/** @param {HTMLElement} element */
export function mountNetworks(element) {
  const fields = part(element, 'fieldset');
  const galleries = part(element, '.galleries');
  const select = part(galleries, 'select');
  const weights = part(element, '#weights');
  /** @type {any} */
  let shown = {};

  weights.addEventListener('change', () => {
    const [file] = weights.files;
    if (file) emit(element, 'weights', { file });
    weights.value = '';
  });
  select.addEventListener('change', () => emit(element, 'model',
    { model: shown.offers.model.id, gallery: select.value }));

  return (/** @type {import('../state.js').State} */ { offers, phase, gone, seconds }) => {
    element.classList.toggle('coming', !offers);
    fields.disabled = select.disabled = weights.disabled = phase === 'busy';
    if (!offers || (shown.offers === offers && shown.seconds === seconds)) return;
    shown = { offers, seconds };
    const wanted = offers.better?.model ?? offers.model;
    const used = offers.models.find(({ id }) => id === wanted.id);
    part(element, 'summary .name').textContent = networkName(used ?? wanted);
    part(element, '.gone').hidden = !gone;
    const focused = document.activeElement?.id;
    part(fields, 'ul').replaceChildren(...offers.models.map((model) => (
      networkItem(model, model.id === wanted.id, seconds[model.sha256]))));
    if (focused?.startsWith('network-')) document.getElementById(focused)?.focus();
    const fitting = offers.galleries.filter(({ model }) => model === offers.model.id);
    galleries.hidden = fitting.length < 2;
    select.replaceChildren(...fitting.map((gallery) => new Option(galleryName(gallery),
      gallery.id, false, gallery.id === offers.gallery?.id)));
  };
}

/**
 * @param {any} model
 * @param {boolean} chosen
 * @param {number | undefined} seconds
 */
function networkItem(model, chosen, seconds) {
  const item = copyOf('network-template');
  const input = part(item, 'input');
  const remove = part(item, 'button');
  input.id = `network-${model.id}`;
  input.checked = chosen;
  input.addEventListener('change', () => emit(input, 'model', { model: model.id }));
  part(item, '.name').textContent = networkName(model);
  part(item, '.about').textContent = [model.use ? model.name : '', networkSize(model),
    networkSpeed(model.multiplications, seconds), model.licence].filter(Boolean).join(' · ');
  part(item, '.accuracy').textContent = told(model.accuracy);
  remove.hidden = !model.own;
  remove.addEventListener('click', () => emit(remove, 'forget', { id: model.id }));
  return item;
}
