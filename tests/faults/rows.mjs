/**
 * The table of faults. A row is a fault, what the visitor sees of it, and what works after
 * it; a new one is a new line. What every row asks besides: there is an outcome in the time
 * for it (names, or a sentence with a next step), it is not the text of an exception, nothing
 * is thrown that nobody catches, and the next photo gives five names.
 */

import { ANSWERS, changed } from './answers.mjs';
import { NEXT_PHOTO, PHOTO } from './scene.mjs';

/**
 * @typedef {import('./scene.mjs').Scene} Scene
 * @typedef {object} Row
 * @property {string} fault
 * @property {[RegExp, import('./answers.mjs').Answer][]} [answers]  of the server, by file
 * @property {() => void} [script]  runs before the page's own, in every document
 * @property {object} [context]     options of the browser's context
 * @property {'light' | 'accurate' | 'both'} [network]  that the visitor has chosen; both: none,
 *   as at a first visit; default: light
 * @property {string} [base]        the site's path
 * @property {string} [path]        what is opened
 * @property {(scene: Scene) => Promise<void>} [visit]  default: a photo is given
 * @property {RegExp} [sees]        default: the five names
 * @property {number} [within]      seconds
 * @property {(scene: Scene) => Promise<void>} [check]  what else must be right
 * @property {'photo' | 'retry' | 'reload' | 'nothing'} [then]  how it goes on: with the next
 *   photo, with "Try again", or with the next photo after the page is loaded again
 * @property {boolean} [mends]      whether the server is well by then; default: true
 * @property {'chromium' | 'firefox'} [only]  the one browser where this can be done
 */

export const FIVE = /^five names/;

/** Seconds until there is an outcome. */
export const LIMIT = {
  /** A photo's, on a slow and busy machine; nothing is measured by it. */
  names: 120,
  /** Eight seconds in which a script may come, and some to be at it, on a busy machine. */
  script: 12,
  /** Twice ten seconds without a byte, for the large files, and as many to be at it. */
  download: 50,
};

const NOT_LOADED = /load|reload|connection/i;
const NOT_DOWNLOADED = /did not finish|connection|did not arrive/i;
const DAMAGED = /damaged|not the file|not what it should be|did not finish/i;

// ---- Files that do not come as they should -----------------------------------------------

/** @param {RegExp} file @param {string} how @returns {Row['answers']} */
const at = (file, how) => [[file, ANSWERS[how]]];

/**
 * One row for each way in which a file can fail to come.
 * @param {string} name
 * @param {RegExp} file
 * @param {string[]} ways
 * @param {Omit<Row, 'fault'>} rest
 * @returns {Row[]}
 */
const each = (name, file, ways, rest) => ways.map((how) => (
  { fault: `${name}: ${how}`, answers: at(file, how), ...rest }));

const BAD = ['missing', 'server error', 'a web page', 'cut', 'not gzip, though it says so'];

/** Scripts without which the page is nothing. */
const PAGE_SCRIPTS = [
  ...each('page/main.js', /^page\/main\.js/, [...BAD, 'of another type', 'short', 'empty', 'silent', 'stalled'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('a view', /^page\/views\/progress\.js/, ['missing', 'a web page', 'short', 'silent'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('why.js', /^page\/why\/why\.js/, ['missing', 'server error', 'a web page', 'cut', 'silent'],
    { sees: /^five names|load|connection/i, within: LIMIT.script, then: 'reload' }),
  ...each('the words', /^page\/words\/words\.js/, ['missing', 'cut', 'silent'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('the facade', /^engine\/humshakal\.js/, ['missing', 'a web page', 'cut', 'silent'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('assets.js', /^engine\/assets\.js/, ['missing', 'silent'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('guard.js', /^guard\.js/, ['missing', 'a web page'],
    { sees: /^five names|load|connection/i, then: 'reload' }),
  ...each('before.js', /^page\/before\.js/, ['missing', 'silent'], // nothing waits for it
    { sees: /^five names|load|connection/i, then: 'reload' }),
  ...each('guard.js', /^guard\.js/, ['silent'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  // Without its style a word about what is missing stands there until the scripts are.
  ...each('style.css', /^style\.css/, ['missing', 'a web page'], { async visit(scene) {
    await scene.page.waitForSelector('.samples:not(.coming)');
    await scene.choose();
  }, then: 'reload' }),
  // It is drawn without its style after 20 seconds: a slow line may need so long for it.
  ...each('style.css', /^style\.css/, ['silent'],
    { sees: /^five names|load|connection/i, within: 40, then: 'reload' }),
  ...each('all scripts', /js$/, ['slow'],
    { sees: /^five names|has not arrived/, then: 'reload' }),
  ...each('all but the HTML', /^(?!index\.html)/, ['reset'],
    { sees: NOT_LOADED, within: LIMIT.script, then: 'reload' }),
  ...each('Hindi words', /^page\/words\/languages\/hi\.js/, ['missing', 'cut', 'silent'],
    { context: { locale: 'hi-IN' } }),
];

/** Scripts of the engine's thread. */
const ENGINE_SCRIPTS = [
  ...each('worker.js', /^engine\/worker\.js/, [...BAD, 'short', 'silent', 'stalled'],
    { sees: NOT_DOWNLOADED, within: LIMIT.script, then: 'retry' }),
  // The service worker knows its type better.
  ...each('worker.js', /^engine\/worker\.js/, ['of another type'],
    { sees: /^five names|did not finish/ }),
  ...each('wasm.js', /^engine\/wasm\.js/, ['missing', 'a web page', 'silent'],
    { sees: NOT_DOWNLOADED, within: LIMIT.script, then: 'retry' }),
  ...each('the engine’s .mjs', /^engine\/humshakal-.*\.mjs/, [...BAD, 'short', 'silent', 'stalled'],
    { sees: NOT_DOWNLOADED, within: LIMIT.script, then: 'retry' }),
];

const OTHER_BYTES = ['a web page', 'empty', 'short', 'one bit off', 'random bytes'];
const NO_ANSWER = ['missing', 'too many requests', 'server error', 'cut', 'reset',
  'not gzip, though it says so'];

/**
 * Files that are listed with length and hash.
 * @param {string} name
 * @param {RegExp} file
 * @param {Partial<Row>} [rest]
 */
const listed = (name, file, rest) => [
  ...each(name, file, OTHER_BYTES, { sees: DAMAGED, then: 'retry', ...rest }),
  ...each(name, file, NO_ANSWER, { sees: NOT_DOWNLOADED, then: 'retry', ...rest }),
  ...each(name, file, ['silent', 'stalled'],
    { sees: NOT_DOWNLOADED, within: LIMIT.download, then: 'retry', ...rest }),
  ...each(name, file, ['slow'], {}),
];

const FILES = [
  ...listed('the manifest', /^models\/manifest\.json/, { then: 'photo' }),
  ...listed('the .wasm', /^engine\/.*\.wasm/),
  ...listed('a recipe', /^models\/blazeface-short\.recipe/),
  ...listed('a detector', /^models\/blazeface-full\.tflite/),
  ...listed('a network in parts', /^models\/facenet\.tflite\.1$/, { network: 'accurate' }),
  ...listed('a gallery', /^galleries\//),
];
for (const row of FILES) {
  if (/in parts: slow/.test(row.fault)) row.network = 'accurate';
  // Of a large file the bytes are taken as they are, and found to be others.
  if (/in parts: not gzip/.test(row.fault)) row.sees = DAMAGED;
  // Nothing says what the manifest should be; a letter of a text is no harm.
  if (/manifest: one bit off/.test(row.fault)) row.sees = /^five names|damaged/;
}

// ---- The closer look -----------------------------------------------------------------------

/** The first names stand, a line says what is missing, and it can be tried again. */
const closer = {
  network: /** @type {const} */ ('both'),
  /** @param {Scene} scene */
  async check(scene) {
    /** @param {RegExp} text */
    const says = (text) => scene.page.waitForFunction((/** @type {RegExp} */ wanted) => (
      wanted.test(/** @type {HTMLElement} */ (document.querySelector('#refine')).innerText)), text);
    await says(/The accurate one did not arrive/);
    scene.mend();
    await scene.press('Try again');
    await says(/Looked again/);
  },
};

const CLOSER_LOOK = [
  ...each('the closer look’s network', /^models\/facenet\.tflite\.1$/,
    [...NO_ANSWER, ...OTHER_BYTES, 'silent', 'stalled'], closer),
  ...each('the closer look’s gallery', /^galleries\/presidents\.humg/,
    ['missing', 'cut', 'short', 'one bit off', 'silent'], closer),
  ...each('the closer look’s recipe', /^models\/facenet\.recipe/, ['missing', 'a web page'], closer),
];

// ---- The service worker --------------------------------------------------------------------

/** It is an extra: without it the page works, and says so. */
const SERVICE_WORKER = [
  ...each('sw.js', /^sw\.js/, [...BAD, 'of another type', 'empty', 'silent', 'stalled'], { within: 20 }),
  ...each('files.js', /^files\.js/, [...BAD, 'of another type', 'empty', 'silent'], { within: 20 }),
];

const SW_BLOCKED = { serviceWorkers: 'block' };

SERVICE_WORKER.push(
  { fault: 'service workers: blocked', context: SW_BLOCKED },
  { fault: 'service workers: none in this browser', script: () => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { value: undefined });
  } },
  { fault: 'service workers: refused', script: () => {
    ServiceWorkerContainer.prototype.register = () => Promise.reject(
      new DOMException('The operation is insecure.', 'SecurityError'));
  } },
  { fault: 'service workers: reading it throws', script: () => {
    Object.defineProperty(Navigator.prototype, 'serviceWorker', { get() {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    } });
  } },
  { fault: 'service workers: registering never ends', within: 20, script: () => {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
  } },
  { fault: 'service worker: it cannot keep anything', answers: [[/^sw\.js/, changed((text) => (
    `Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
    ${text}`))]], mends: false },
  { fault: 'service worker: its storage is broken', answers: [[/^sw\.js/, changed((text) => (
    `caches.open = () => Promise.reject(new DOMException('broken', 'UnknownError'));
    ${text}`))]], mends: false },
  { fault: 'service worker: its storage breaks before the second visit', answers: [[/^sw\.js/,
    changed((text) => `let broken = false; const { open } = caches;
    addEventListener('message', ({ data }) => { if (data === 'break') broken = true; });
    caches.open = (name) => (broken ? Promise.reject(new DOMException('', 'UnknownError'))
      : open.call(caches, name));
    ${text}`)]],
  async visit(scene) {
    await scene.result();
    await scene.page.evaluate(() => navigator.serviceWorker.controller?.postMessage('break'));
    await scene.reload();
    await scene.give();
  }, mends: false },
  { fault: 'service worker: taken away between photos', async visit(scene) {
    await scene.result();
    await scene.page.evaluate(async () => (
      (await navigator.serviceWorker.getRegistration())?.unregister()));
    await scene.give(NEXT_PHOTO);
  } },
  { fault: 'service worker: taken away with all that is kept, then a new visit', async visit(scene) {
    await scene.result();
    await scene.page.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())?.unregister();
      for (const name of await caches.keys()) await caches.delete(name);
    });
    await scene.reload();
    await scene.give();
  } },
  { fault: 'service worker: a new version under two tabs', async visit(scene) {
    await scene.result();
    await scene.quiet();
    const other = await scene.newPage();
    await other.goto(scene.server.url);
    scene.answers = [[/^files\.js/, changed((text) => (
      text.replace(/"version": "[^"]+"/, '"version": "another"')))]];
    await other.evaluate(async () => {
      await (await navigator.serviceWorker.getRegistration())?.update();
    });
    await other.click('#update:not([hidden]) button');
    await scene.page.waitForSelector('#update:not([hidden])'); // it is told, and goes on
    await scene.give(NEXT_PHOTO);
  }, mends: false },
  { fault: 'forced reload, past the service worker', within: 20, async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.forcedReload();
    await scene.give();
  }, async check({ page }) {
    await page.waitForSelector('#traffic span:not(:empty)');
    const said = await page.innerText('#traffic');
    if (/private window/i.test(said)) throw new Error(`it blames private windows: ${said}`);
  } },
);

// ---- The connection ------------------------------------------------------------------------

/** @type {Row[]} */
const CONNECTION = [
  { fault: 'server down during the download, up for the next photo', network: 'accurate',
    answers: [[/facenet\.tflite\.1$/, ANSWERS.stalled]],
    async visit(scene) {
      const asked = scene.asked(/facenet\.tflite\.1$/);
      await scene.give();
      await asked;
      await scene.down();
      scene.begun();
    },
    sees: NOT_DOWNLOADED,
    within: LIMIT.script,
    async check(scene) {
      scene.mend();
      await scene.up();
    },
    then: 'retry' },
  { fault: 'offline before the manifest', async visit(scene) {
    const asked = scene.asked(/manifest\.json/);
    scene.answers = [[/^(?!.*\.(html|css)$|.*\.js$)/, ANSWERS.reset]];
    await asked;
    await scene.give();
  }, sees: NOT_DOWNLOADED, then: 'photo' },
  { fault: 'offline once the page is there, before the first photo', async visit(scene) {
    await scene.page.waitForSelector('.samples img[src]');
    await scene.down();
    await scene.give();
  }, sees: NOT_DOWNLOADED, check: (scene) => scene.up(), then: 'retry' },
  { fault: 'offline after the first result', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.down();
    await scene.give(NEXT_PHOTO);
  }, check: (scene) => scene.up() },
  { fault: 'offline on the second visit', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.down();
    await scene.reload();
    await scene.give();
  } },
  { fault: 'offline on the second visit: a network that is not stored', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.down();
    await scene.page.click('#networks summary');
    scene.begun();
    await scene.page.click('#networks label >> text=Accurate');
  }, sees: NOT_DOWNLOADED, async check(scene) {
    // The stored one is a way out that needs no connection.
    await scene.page.click('#networks label >> text=Fast');
    scene.begun();
    if (!FIVE.test(await scene.outcome())) throw new Error('the stored network does not come back');
  } },
  { fault: 'a sample that is missing', answers: at(/^samples\/portrait-1/, 'missing'),
    async visit(scene) {
      await scene.page.waitForSelector('.samples li[hidden]', { state: 'attached' });
      await scene.page.click('.samples li:not([hidden]) button');
    } },
  { fault: 'a sample that never comes', answers: at(/^samples\/.*jpg/, 'silent'),
    async visit(scene) {
      await scene.page.click('.samples button >> nth=0');
      scene.begun();
    }, sees: /sample photo could not be loaded|five names/, within: 25 },
  { fault: 'a photo chosen before the scripts are there', answers: at(/^page\/main\.js/, 'slow'),
    async visit(scene) {
      await scene.choose();
    } },
];

// ---- Storage -------------------------------------------------------------------------------

/** @type {Row[]} */
const STORAGE = [
  { fault: 'storage: a quota of 1 MB', only: 'chromium', async visit(scene) {
    await scene.quota(1e6);
    await scene.reload();
    await scene.give();
  } },
  { fault: 'storage: a quota of 1 byte', only: 'chromium', async visit(scene) {
    await scene.quota(1);
    await scene.reload();
    await scene.give();
  } },
  { fault: 'storage: full', script: () => {
    Cache.prototype.put = () => Promise.reject(new DOMException('full', 'QuotaExceededError'));
  } },
  { fault: 'storage: opening it never ends', script: () => {
    CacheStorage.prototype.open = () => new Promise(() => {});
  }, within: 20 },
  { fault: 'storage: opening it is refused', script: () => {
    CacheStorage.prototype.open = () => Promise.reject(
      new DOMException('The operation is insecure.', 'SecurityError'));
  } },
  { fault: 'storage: reading it fails', script: () => {
    const broken = () => Promise.reject(new DOMException('broken', 'UnknownError'));
    Object.assign(Cache.prototype, { match: broken, keys: broken, delete: broken });
  } },
  { fault: 'storage: none', script: () => {
    Object.defineProperty(window, 'caches', { value: undefined });
  } },
  { fault: 'storage: reaching it throws', script: () => {
    Object.defineProperty(window, 'caches', { get() {
      throw new DOMException('The operation is insecure.', 'SecurityError');
    } });
  } },
  { fault: 'storage: settings cannot be reached', script: () => {
    for (const name of ['localStorage', 'sessionStorage']) {
      Object.defineProperty(window, name, { get() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      } });
    }
  } },
  { fault: 'storage: all site data blocked', script: () => {
    const refuse = () => { throw new DOMException('The operation is insecure.', 'SecurityError'); };
    for (const name of ['localStorage', 'sessionStorage', 'indexedDB']) {
      Object.defineProperty(window, name, { get: refuse });
    }
    CacheStorage.prototype.open = async () => refuse();
    ServiceWorkerContainer.prototype.register = async () => refuse();
  } },
  ...['null', '{', '{"model":{}}', '{"model":"gone","gallery":"gone"}'].map((choice) => (
    { fault: `storage: the stored choice is ${choice}`, network: /** @type {const} */ ('both'), async visit(
      /** @type {Scene} */ scene) {
      await scene.page.evaluate((/** @type {string} */ text) => {
        localStorage.setItem(`humshakal-choice:${location.pathname}`, text);
      }, choice);
      await scene.reload();
      await scene.give();
    } })),
  { fault: 'storage: the stored language is unknown', async visit(scene) {
    await scene.page.evaluate(() => {
      localStorage.setItem(`humshakal-language:${location.pathname}`, '__proto__');
    });
    await scene.reload();
    await scene.give();
  } },
  { fault: 'storage: evicted between photos', async visit(scene) {
    await scene.result();
    await scene.evict();
    await scene.give(NEXT_PHOTO);
  } },
  { fault: 'storage: evicted between visits', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.evict();
    await scene.reload();
    await scene.give();
  } },
  { fault: 'storage: evicted, the server gone, then a photo', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.evict();
    await scene.down();
    await scene.give(NEXT_PHOTO);
  } },
  { fault: 'storage: the page is kept, the networks are evicted, the server is gone',
    async visit(scene) {
      await scene.result();
      await scene.quiet();
      await scene.evict(/assets/);
      await scene.down();
      await scene.reload();
      await scene.give();
    }, sees: NOT_DOWNLOADED, check: (scene) => scene.up(), then: 'retry' },
  { fault: 'storage: what is stored is damaged', async visit(scene) {
    await scene.result();
    await scene.quiet();
    await scene.page.evaluate(async () => {
      const name = (await caches.keys()).find((one) => /assets/.test(one)) ?? '';
      const cache = await caches.open(name);
      for (const key of await cache.keys()) await cache.put(key, new Response('damaged'));
    });
    await scene.reload();
    await scene.give();
  } },
];

// ---- The engine's thread ---------------------------------------------------------------------

/** Ways for a thread to end. */
const ENDS = {
  'closes itself': 'self.close();',
  throws: 'throw new Error("planted");',
};

/** The thread ends when it is asked for something. @param {string} op @param {string} code */
const when = (op, code) => changed((text) => `self.addEventListener('message', (event) => {
  if (event.data.op !== '${op}' && '${op}' !== 'any') return;
  event.stopImmediatePropagation();
  ${code}
});
${text}`);

const STOPPED = /Something went wrong|did not finish|stopped|memory/i;

/** @type {Row[]} */
const THREAD = Object.entries(ENDS).flatMap(([how, code]) => [
  ...['start', 'loadDetector', 'detect', 'loadEmbedder', 'match', 'crop'].map((op) => (
    { fault: `the engine’s thread ${how} at "${op}"`, answers: /** @type {Row['answers']} */ (
      [[/^engine\/worker\.js/, when(op, code)]]), sees: STOPPED, within: 20,
    then: /** @type {const} */ ('retry') })),
  { fault: `the converter’s thread ${how}`, answers: [[/^engine\/convert-worker\.js/,
    when('any', code)]],
  async visit(scene) {
    await scene.giveWeights();
  }, sees: STOPPED, within: 20 },
]);
THREAD.push(
  { fault: 'the engine’s thread closes itself before it starts',
    answers: [[/^engine\/worker\.js/, changed(() => 'self.close();')]],
    sees: NOT_DOWNLOADED, within: 20, then: 'retry' },
  { fault: 'the engine’s thread throws before it starts',
    answers: [[/^engine\/worker\.js/, changed(() => 'throw new Error("planted");')]],
    sees: NOT_DOWNLOADED, within: 20, then: 'retry' },
  ...Object.entries(ENDS).map(([how, code]) => (
    { fault: `the engine’s thread ${how} while idle`, answers: /** @type {Row['answers']} */ (
      [[/^engine\/worker\.js/, changed((text) => (
        `new BroadcastChannel('faults').onmessage = () => { ${code} };\n${text}`))]]),
    async visit(/** @type {Scene} */ scene) {
      await scene.result();
      scene.mend();
      await scene.page.evaluate(() => new BroadcastChannel('faults').postMessage(''));
      await scene.give(NEXT_PHOTO);
    }, sees: /^five names|stopped|went wrong/, within: 25 })),
  { fault: 'the engine’s thread hangs, and the visitor cancels',
    answers: [[/^engine\/worker\.js/, when('detect', 'for (;;);')]],
    async visit(scene) {
      await scene.give();
      await scene.press('Cancel');
      await scene.page.waitForSelector('.lead');
      scene.mend();
      await scene.give();
    } },
  { fault: 'the converter’s script is missing', answers: at(/^engine\/convert-worker\.js/, 'missing'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
  { fault: 'the converter’s script never comes', answers: at(/^engine\/convert-worker\.js/, 'silent'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
  { fault: 'a part of the converter is missing', answers: at(/^engine\/convert\//, 'missing'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
  { fault: 'a part of the converter never comes', answers: at(/^engine\/convert\//, 'silent'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
  { fault: 'own.js is missing', answers: at(/^engine\/own\.js/, 'missing'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
  { fault: 'own.js never comes', answers: at(/^engine\/own\.js/, 'silent'),
    visit: (scene) => scene.giveWeights(), sees: STOPPED, within: LIMIT.script },
);

// ---- What the browser lacks or refuses ------------------------------------------------------

/** In the engine's thread, before its own scripts. @param {string} code @returns {Row['answers']} */
const inThread = (code) => [[/^engine\/worker\.js/, changed((text) => `${code}\n${text}`)]];

/** @type {Row[]} */
const BROWSER = [
  { fault: 'memory: it cannot grow', answers: inThread(
    'WebAssembly.Memory.prototype.grow = () => { throw new RangeError("no memory"); };'),
  network: 'accurate', sees: /memory/i, then: 'retry' },
  { fault: 'memory: none to begin with', answers: inThread(`for (const name of ['instantiate',
    'instantiateStreaming']) WebAssembly[name] = () => Promise.reject(
      new RangeError('WebAssembly.Memory(): could not allocate memory'));`),
  sees: /memory/i, then: 'retry' },
  { fault: 'memory: its constructor throws', answers: inThread(`WebAssembly.Memory = class {
    constructor() { throw new RangeError('could not allocate memory'); }
  };`), sees: /memory|^five names/i, then: 'photo' },
  { fault: 'no WebAssembly', script: () => {
    Reflect.deleteProperty(globalThis, 'WebAssembly');
  }, sees: /WebAssembly with SIMD/, then: 'nothing' },
  { fault: 'no workers', script: () => {
    Reflect.deleteProperty(globalThis, 'Worker');
  }, sees: /^five names|browser/ },
  { fault: 'workers are refused', script: () => {
    globalThis.Worker = /** @type {any} */ (class {
      constructor() {
        throw new DOMException('The operation is insecure.', 'SecurityError');
      }
    });
  }, sees: /browser|did not finish|went wrong/i, then: 'nothing' },
  ...[-30, 30].map((years) => ({ fault: `the clock is ${Math.abs(years)} years ${
    years < 0 ? 'slow' : 'fast'}`, script: years < 0 ? () => {
    const now = Date.now;
    Date.now = () => now() - 30 * 31_557_600_000;
  } : () => {
    const now = Date.now;
    Date.now = () => now() + 30 * 31_557_600_000;
  } })),
  { fault: 'frozen during the download, and resumed', only: 'chromium', network: 'accurate',
    answers: at(/facenet\.tflite\.1$/, 'slow'),
    async visit(scene) {
      const asked = scene.asked(/facenet\.tflite\.1$/);
      await scene.give();
      await asked;
      await scene.lifecycle('frozen');
      await scene.lifecycle('active');
    } },
  { fault: 'frozen after a result, and resumed', only: 'chromium', async visit(scene) {
    await scene.result();
    await scene.lifecycle('frozen');
    await scene.lifecycle('active');
    await scene.give(NEXT_PHOTO);
  } },
  { fault: 'away to another page and back', async visit(scene) {
    await scene.result();
    await scene.away();
    await scene.give(NEXT_PHOTO);
  } },
  { fault: 'away and back during the download', answers: at(/hse-mobilenet\.tflite\.1$/, 'slow'),
    async visit(scene) {
      const asked = scene.asked(/hse-mobilenet\.tflite\.1$/);
      await scene.give();
      await asked;
      await scene.away();
      await scene.give(NEXT_PHOTO);
    } },
  { fault: 'loaded again during the download', answers: at(/hse-mobilenet\.tflite\.1$/, 'slow'),
    async visit(scene) {
      const asked = scene.asked(/hse-mobilenet\.tflite\.1$/);
      await scene.give();
      await asked;
      await scene.reload();
      await scene.give();
    } },
  { fault: 'two tabs at once on the first visit', async visit(scene) {
    const other = await scene.newPage();
    await other.goto(scene.server.url);
    await other.waitForSelector('.samples img[src]');
    await Promise.all([scene.give(), other.click('.samples button >> nth=1')]);
    await other.waitForSelector('#results:not([hidden])');
  } },
  { fault: 'a site of the same path on another port', async visit(scene) {
    await scene.result();
    const first = scene.server;
    await scene.moved();
    await scene.open();
    await scene.give();
    await first.close();
  } },
  { fault: 'another site under a path of the same host', base: '/one/', path: '', async visit(scene) {
    await scene.result();
    await scene.moved('/two/');
    await scene.open();
    await scene.give();
  } },
];

// ---- Hostile contents -------------------------------------------------------------------------

/**
 * The manifest with other contents. What is refused is a damaged file; what is taken must
 * not harm. @param {(manifest: any) => any} change @returns {Row['answers']}
 */
const manifest = (change) => [[/^models\/manifest\.json/, changed((text) => {
  const read = JSON.parse(text);
  return JSON.stringify(change(read) ?? read);
})]];

const MARKUP = '<img src=x onerror="window.harmed = 1"><b class="planted">bold</b>';

/** @param {any} read @param {(entry: any) => void} change */
const everywhere = (read, change) => {
  [...read.models, ...read.galleries, ...read.samples].forEach(change);
};

/** @type {[string, (manifest: any) => any][]} */
const MANIFESTS = [
  ['null', () => 'null'],
  ['a list', () => []],
  ['an empty object', () => ({})],
  ['of a later format', (read) => { read.format = 99; }],
  ['without models', (read) => { delete read.models; }],
  ['with models that are no list', (read) => { read.models = { length: 1e9 }; }],
  ['with null among its models', (read) => { read.models.unshift(null); }],
  ['with null among its galleries', (read) => { read.galleries.unshift(null); }],
  ['without engines', (read) => { read.engines = []; }],
  ['without samples', (read) => { delete read.samples; }],
  ['without defaults', (read) => { delete read.defaults; }],
  ['with a default that is not there', (read) => { read.defaults = { model: 'nobody' }; }],
  ['with all ids twice', (read) => {
    for (const kind of ['models', 'galleries', 'engines']) read[kind].push(...read[kind]);
  }],
  ['with an id of __proto__', (read) => { read.models.at(-1).id = '__proto__'; }],
  ['with names of markup', (read) => everywhere(read, (entry) => {
    for (const key of ['name', 'title', 'author', 'licence', 'accuracy', 'training', 'citation']) {
      entry[key] = MARKUP;
    }
  })],
  ['with names that turn the direction', (read) => everywhere(read, (entry) => {
    entry.name = entry.title = '\u202Egnp.exe\u2066';
  })],
  ['with names of 10,000 characters', (read) => everywhere(read, (entry) => {
    entry.name = entry.title = 'x'.repeat(10_000);
  })],
  ['with names that are numbers', (read) => everywhere(read, (entry) => {
    entry.name = entry.title = 5;
  })],
  ['with scripts as addresses', (read) => everywhere(read, (entry) => {
    entry.source = entry.link = 'javascript:window.harmed=1';
  })],
  ['with samples elsewhere', (read) => read.samples.forEach((/** @type {any} */ sample) => {
    sample.file = 'https://example.org/photo.jpg';
  })],
  ['with samples that are scripts', (read) => read.samples.forEach((/** @type {any} */ sample) => {
    sample.file = 'javascript:window.harmed=1';
  })],
  ['with an engine’s script elsewhere', (read) => read.engines.forEach((/** @type {any} */ engine) => {
    engine.script = 'https://example.org/engine.mjs';
  })],
  ['with files outside of the site', (read) => read.galleries.forEach((/** @type {any} */ gallery) => {
    gallery.file = '../../../etc/passwd';
  })],
  ['with sizes of 1e308', (read) => everywhere(read, (entry) => { entry.bytes = 1e308; })],
  ['with sizes below zero', (read) => everywhere(read, (entry) => { entry.bytes = -1; })],
  ['with sizes that are texts', (read) => everywhere(read, (entry) => { entry.bytes = '12'; })],
  ['with sizes of 1e12', (read) => everywhere(read, (entry) => { entry.bytes = 1e12; })],
  ['with people below zero', (read) => read.galleries.forEach((/** @type {any} */ gallery) => {
    gallery.people = -5;
    gallery.photos = 1e300;
  })],
  ['with parts that are no list', (read) => { read.models[2].parts = 'x'; }],
  ['with 10,000 samples', (read) => { read.samples = Array(10_000).fill(read.samples[0]); }],
  ['with 10,000 networks', (read) => { read.models = [...read.models, ...Array.from(
    { length: 10_000 }, (_, i) => ({ ...read.models.at(-1), id: `n${i}` }))]; }],
];

const LINKS = {
  'a result of one person more than five': `#result=${'A:0.1:0.1,'.repeat(6)}`,
  'a result with markup': `#result=${encodeURIComponent(MARKUP)}:0.9:0.9`,
  'a result that turns the direction': '#result=%E2%80%AEgnp:0.9:0.9',
  'a result with broken percent signs': '#result=%E0%A4%A:0.9:0.9',
  'a result of huge numbers': '#result=Me:1e308:9',
  'a result of 100,000 characters': `#result=${'x'.repeat(100_000)}:0.9:0.9`,
  'an empty result': '#result=',
};

/** @type {Row[]} */
const HOSTILE = [
  ...MANIFESTS.map(([what, change]) => (
    { fault: `a manifest ${what}`, network: /default/.test(what) ? /** @type {const} */ ('both') : undefined,
      answers: manifest(change),
      sees: /^five names|damaged|did not finish/, check: harmless,
      then: /** @type {const} */ ('photo') })),
  { fault: 'a manifest of 20 MB', answers: [[/^models\/manifest\.json/, changed((text) => (
    text + ' '.repeat(20e6)))]], sees: /^five names|damaged/ },
  ...Object.entries(LINKS).map(([what, path]) => (
    { fault: `a link: ${what}`, path, sees: /link is damaged/, check: harmless,
      visit: async () => {} })),
  { fault: 'a link: a fragment of no meaning', path: `#${encodeURIComponent(MARKUP)}`,
    check: harmless },
  { fault: 'a link: a query', path: `?photo=${encodeURIComponent(MARKUP)}`, check: harmless },
];

/** Nothing that was planted became part of the page. @param {Scene} scene */
async function harmless({ page }) {
  const found = await page.evaluate(() => ({
    harmed: 'harmed' in window,
    elements: document.querySelectorAll('.planted, [onerror], a[href^="javascript:"]').length,
    wide: document.documentElement.scrollWidth - innerWidth,
  }));
  if (found.harmed || found.elements) throw new Error('what was planted runs');
  if (found.wide > 1) throw new Error(`the page is ${found.wide} px too wide`);
}

/** @type {Row[]} */
export const ROWS = [
  ...PAGE_SCRIPTS,
  ...ENGINE_SCRIPTS,
  ...FILES,
  ...CLOSER_LOOK,
  ...SERVICE_WORKER,
  ...CONNECTION,
  ...STORAGE,
  ...THREAD,
  ...BROWSER,
  ...HOSTILE,
];
