/**
 * Tells the controller what happened in a view.
 * @param {EventTarget} target
 * @param {string} type
 * @param {object} [detail]
 */
export function emit(target, type, detail = {}) {
  target.dispatchEvent(new CustomEvent(type, { bubbles: true, detail }));
}

/**
 * The one descendant that a view knows to be there.
 * @param {ParentNode} parent
 * @param {string} selector
 * @returns {any}
 */
export function part(parent, selector) {
  const found = parent.querySelector(selector);
  if (!found) throw new Error(`The page has no ${selector}.`);
  return found;
}

/**
 * A copy of the only element in a <template>.
 * @param {string} id
 * @returns {any}
 */
export function copyOf(id) {
  const template = /** @type {HTMLTemplateElement} */ (document.getElementById(id));
  return /** @type {Element} */ (template.content.firstElementChild).cloneNode(true);
}

/** Whether a file is weights of a network rather than a photo. @param {string} name */
export function isWeights(name) {
  return /\.(h5|hdf5|tflite)$/i.test(name);
}
