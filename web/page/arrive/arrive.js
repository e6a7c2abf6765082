/**
 * Photos that come without having been chosen on the page: shared from another application
 * with the installed page (by the service worker, which alone takes them), or opened with it
 * from a file manager.
 */

/** Where the service worker leads whoever shared something. */
const SHARED = '?shared';

/** Enough for the service worker, which has them already. */
const PATIENCE = 3000;

/**
 * @param {object} app
 * @param {(files: File[]) => void} app.take
 * @param {(files: File[]) => void} app.ask  whether to take them. A form of any other site
 *   can send a picture to the same address, but only in a tab, never in the installed page:
 *   there nobody sees people for a photo that they did not give
 * @param {() => void} app.lost  what was shared is not there any more
 */
export async function startArrivals({ take, ask, lost }) {
  const { launchQueue } = /** @type {any} */ (window);
  launchQueue?.setConsumer(async (/** @type {{files?: any[]}} */ { files = [] }) => {
    if (files.length) take(await Promise.all(files.map((file) => file.getFile())));
  });
  if (location.search !== SHARED) return;
  history.replaceState(history.state, '', './');
  const files = await sharedFiles();
  if (!files.length) lost();
  else if (matchMedia('(display-mode: standalone)').matches) take(files);
  else ask(files);
}

/** @returns {Promise<File[]>} */
function sharedFiles() {
  const { controller } = navigator.serviceWorker ?? {};
  if (!controller) return Promise.resolve([]);
  const { port1, port2 } = new MessageChannel();
  return new Promise((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
    setTimeout(() => resolve([]), PATIENCE);
    controller.postMessage('shared', [port2]);
  });
}
