/**
 * One visit to the site, with a fault planted: a browser context and a server of its own.
 * The fault is at the server (answers.mjs), in a script that runs before the page's, or in
 * what the visitor does; the site itself is the built one.
 */

import { readFileSync } from 'node:fs';
import { serve } from '../../tools/serve.mjs';
import { inProject, site } from '../lib/project.mjs';

/** @typedef {import('./answers.mjs').Answer} Answer */

/** How long the engine may take on a slow machine. */
export const PATIENCE = 120_000;

export const PHOTO = 'build/photos/samples/portrait-1.jpg';
export const NEXT_PHOTO = 'build/photos/samples/portrait-2.jpg';

/** @type {Record<string, string>} */
const TYPES = { css: 'text/css', html: 'text/html', js: 'text/javascript', jpg: 'image/jpeg',
  json: 'application/json', mjs: 'text/javascript' };

/** The light network answers sooner; most faults do not ask which one it is. */
const NETWORKS = { light: 'hse-mobilenet-vggface2', accurate: 'facenet-vggface2' };

/** @param {string} model */
function chooseNetwork(model) {
  try {
    localStorage.setItem(`humshakal-choice:${new URL('./', location.href).pathname}`,
      JSON.stringify({ model }));
  } catch {
    // Where it is the fault that nothing can be kept, it is as at a first visit.
  }
}

/** What the page says while its scripts are not there; on a slow machine before they are. */
const LATE = 'A part of this page has not arrived. Check the connection, then load the page again.';

/**
 * What stands on the page as the end of the matter; '' while there is none. Runs in the page.
 * @param {{arriving: boolean, late: boolean}} what  arriving: it is enough that the page is
 *   there ('ready'); late: or that it says that a part of it is not
 */
function look({ arriving, late }) {
  const [{ type }] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType('navigation'));
  // Firefox tells nothing of the paint of a page that it goes back to.
  const drawn = type === 'back_forward' || performance.getEntriesByName('first-contentful-paint').length;
  if (!drawn) return '';
  /** @param {string} selector @returns {string[]} */
  const seen = (selector) => [...document.querySelectorAll(selector)]
    .filter((element) => element.checkVisibility({ visibilityProperty: true }))
    .map((element) => /** @type {HTMLElement} */ (element).innerText.trim()).filter(Boolean);
  const names = seen('#results .person h3');
  if (names.length) return `${names.length === 5 ? 'five' : names.length} names: ${names.join(', ')}`;
  const said = seen(`[role=alert], .help${late ? ', .late' : ''}`).join(' ').replace(/\s+/g, ' ');
  return said || (arriving && document.querySelector('.samples:not(.coming)') ? 'ready' : '');
}

export class Scene {
  /** What is to be answered in another way, until it is mended. @type {[RegExp, Answer][]} */
  answers = [];
  /** @type {string[]} what nobody caught in the page */
  uncaught = [];
  /** @type {any} */
  page;
  /** @type {any} */
  context;
  server = /** @type {Awaited<ReturnType<typeof serve>>} */ (/** @type {unknown} */ (null));
  /** Who waits for a request. @type {{file: RegExp, heard: (value: unknown) => void}[]} */
  #waiting = [];
  #since = performance.now();
  #late = false;
  /** Whether this document has been given a photo. */
  #given = false;
  /** What it is to be given once it is there after all. */
  #wanted = '';
  #browser;

  /** @param {any} browser */
  constructor(browser) {
    this.#browser = browser;
  }

  /**
   * @param {object} how
   * @param {[RegExp, Answer][]} how.answers
   * @param {RegExp} how.sees
   * @param {object} [how.context]
   * @param {() => void} [how.script]  runs before the page's own
   * @param {'light' | 'accurate' | 'both'} [how.network]  both: none is chosen
   * @param {string} [how.base]  the path of the site
   */
  async begin({ answers, sees, context, script, network = 'light', base }) {
    this.answers = answers;
    this.expect(sees);
    this.server = await this.serve(0, base);
    this.context = await this.#browser.newContext(context);
    if (network !== 'both') await this.context.addInitScript(chooseNetwork, NETWORKS[network]);
    // Not in the empty page that a window begins with.
    if (script) await this.context.addInitScript(`if (origin !== 'null') (${script})();`);
    this.page = await this.newPage();
  }

  /** @param {RegExp} sees  what will be seen, if all is well */
  expect(sees) {
    this.#late = sees.test(LATE);
  }

  async newPage() {
    const page = await this.context.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.on('pageerror', (/** @type {Error} */ error) => {
      // Firefox reports requests that could not be answered in the same way.
      if (!/A ServiceWorker (intercepted|passed)|Loading module from/.test(String(error))) {
        this.uncaught.push(String(error));
      }
    });
    return page;
  }

  async end() {
    await this.context?.close();
    await this.server?.close();
  }

  // ---- The server ------------------------------------------------------------------------

  /** Starts it again, at the same address. @param {string} [base]  or under another path */
  async up(base) {
    const { port, pathname } = new URL(this.server.url);
    this.server = await this.serve(Number(port), base ?? pathname);
  }

  /** @param {number} port @param {string} [base] */
  serve(port, base = '/') {
    return serve(inProject('build/site'), { port, base,
      intercept: ({ url = '' }, response) => this.#answer(url.slice(base.length), response) });
  }

  /** @param {string} path @param {import('node:http').ServerResponse} response */
  #answer(path, response) {
    const file = path === '' ? 'index.html' : path;
    this.#waiting.filter((one) => one.file.test(file)).forEach(({ heard }) => heard(null));
    const [, answer] = this.answers.find(([which]) => which.test(file)) ?? [];
    if (!answer) return false;
    const bytes = readFileSync(new URL(file, site));
    const type = TYPES[file.split('.').at(-1) ?? ''] ?? 'application/octet-stream';
    answer(response, { bytes, type });
    return true;
  }

  /** Waits until the page asks for a file. @param {RegExp} file */
  asked(file) {
    return new Promise((heard) => { this.#waiting.push({ file, heard }); });
  }

  down() {
    return this.server.close();
  }

  mend() {
    this.answers = [];
  }

  // ---- What the visitor does and sees ------------------------------------------------------

  /** From here on the seconds are counted. */
  begun() {
    this.#since = performance.now();
  }

  seconds() {
    return (performance.now() - this.#since) / 1000;
  }

  /** @param {string} [path] */
  async open(path = '') {
    this.begun();
    this.#given = false;
    await this.page.goto(new URL(path, this.server.url).href, { waitUntil: 'commit' });
  }

  async reload() {
    this.begun();
    this.#given = false;
    await this.page.reload({ waitUntil: 'commit' });
  }

  /**
   * Gives a photo once the page is there; no first one if the page says before that that
   * something is wrong.
   * @param {string} [file]
   * @param {number} [seconds]
   */
  async give(file = PHOTO, seconds = PATIENCE / 1000) {
    const found = await this.#look(true, 1000 * seconds);
    if (!found) throw new Error('Timeout: the page is not there');
    if (this.#given || found === 'ready') await this.choose(file);
    else this.#wanted = file;
  }

  /** Gives a photo, whether or not the page is there yet. */
  async choose(file = PHOTO) {
    this.begun();
    this.#given = true;
    this.#wanted = '';
    await this.page.setInputFiles('#file', inProject(file));
  }

  /** @param {string} name of a button that is seen */
  async press(name) {
    await this.page.getByRole('button', { name }).first().click();
  }

  /**
   * What stands on the page at last.
   * @param {number} [seconds]
   * @returns {Promise<string>}  '' if nothing does by then
   */
  async outcome(seconds = PATIENCE / 1000) {
    const left = () => Math.max(1, 1000 * (seconds - this.seconds()));
    const seen = await this.#look(Boolean(this.#wanted), left());
    if (seen !== 'ready') return seen;
    await this.choose(this.#wanted); // what was missing has arrived in the end
    return this.#look(false, left());
  }

  /** @param {boolean} arriving @param {number} timeout @returns {Promise<string>} */
  async #look(arriving, timeout) {
    const found = await this.page.waitForFunction(look, { arriving, late: this.#late }, { timeout })
      .catch((/** @type {Error} */ error) => {
        if (error.name !== 'TimeoutError') throw error;
      });
    return found ? found.jsonValue() : '';
  }

  /** The first photo's result, before the fault. */
  async result() {
    await this.give();
    const seen = await this.outcome();
    if (!/^five names/.test(seen)) throw new Error(`before the fault there was: ${seen || 'nothing'}`);
  }

  /** Waits until nothing is fetched any more: the page counts requests from then on. */
  async quiet() {
    await this.page.waitForSelector('#traffic span:not(:empty)');
  }

  /** Something that the converter is asked to convert. */
  async giveWeights() {
    this.#given = true;
    await this.page.waitForSelector('.samples img[src]');
    this.begun();
    await this.page.setInputFiles('#weights', { name: 'weights.h5', buffer: Buffer.from('weights'),
      mimeType: 'application/octet-stream' });
  }

  // ---- What happens to the browser -----------------------------------------------------------

  /** Another address for the same site. @param {string} [base]  the port stays, the path changes */
  async moved(base) {
    if (base) {
      await this.server.close();
      await this.up(base);
    } else this.server = await this.serve(0);
  }

  /** Forgets what is stored. @param {RegExp} [which] */
  async evict(which = /./) {
    await this.page.evaluate(async (/** @type {RegExp} */ wanted) => {
      for (const name of await caches.keys()) if (wanted.test(name)) await caches.delete(name);
    }, which);
  }

  /** To another page of the site, and back. */
  async away() {
    await this.page.goto(new URL('privacy.html', this.server.url).href);
    await this.page.goBack({ waitUntil: 'commit' });
  }

  async forcedReload() {
    this.begun();
    this.#given = false;
    const loaded = this.page.waitForEvent('domcontentloaded');
    const cdp = await this.#cdp().catch(() => null);
    if (cdp) await cdp.send('Page.reload', { ignoreCache: true });
    // Firefox still knows the argument of old.
    else await this.page.evaluate(() => /** @type {any} */ (location).reload(true)).catch(() => {});
    await loaded;
  }

  /** Chromium's way to speak with the page's process. */
  #cdp() {
    return this.context.newCDPSession(this.page);
  }

  /** @param {number} bytes that the site may store */
  async quota(bytes) {
    await (await this.#cdp()).send('Storage.overrideQuotaForOrigin',
      { origin: new URL(this.server.url).origin, quotaSize: bytes });
  }

  /** @param {'frozen' | 'active'} state */
  async lifecycle(state) {
    await (await this.#cdp()).send('Page.setWebLifecycleState', { state });
  }
}
