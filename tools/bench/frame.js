/**
 * A module with globals of its own: each copy of TensorFlow.js in a page would register
 * its operations over those of the copy before.
 * @param {URL} module
 * @returns {Promise<any>}
 */
export async function inFrame(module) {
  const frame = document.createElement('iframe');
  frame.src = new URL('page.html', import.meta.url).href;
  document.body.append(frame);
  await new Promise((done) => {
    frame.onload = done;
  });
  const inside = /** @type {any} */ (frame.contentWindow);
  return inside.Function('address', 'return import(address)')(module.href);
}
