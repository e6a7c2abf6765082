/**
 * The skeleton of a page: one state that its views show, one engine, and one job at a time.
 * Whatever a visitor asks for is a job; the newest ends the one before, wherever that is.
 * Views send events up, and nothing but the page's controller talks to the engine.
 */

import { Job } from './job.js';
import { explain as explainFailure } from './words/words.js';

/** @typedef {import('../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../engine/humshakal.js').Progress} Progress */
/** @typedef {import('./words/words.js').Explanation} Explanation */

/**
 * What the state of every page has.
 * @typedef {object} Shown
 * @property {string} phase  'empty', 'busy', 'notice' and what the page has besides
 * @property {import('./state.js').Step | null} progress  null: nothing that can be counted
 * @property {Explanation | null} notice
 * @property {string} announcement  for those who do not see the page change
 * @property {unknown} last  whether there is a result to go back to from a notice
 */

/**
 * @template {Shown} State
 * @extends {Job<Partial<State>>}
 */
export class PageJob extends Job {
  /** What a failure would be about. @type {'starting' | 'photo' | 'weights'} */
  during = 'starting';
}

/**
 * @template {Shown} State
 * @param {object} page
 * @param {State} page.state
 * @param {((state: State) => void)[]} page.views
 * @param {string} page.first  id of the control that an empty page begins with
 * @param {(options: {signal: AbortSignal, onProgress: (progress: Progress) => void}) =>
 *   Promise<Humshakal>} page.create  starts an engine
 * @param {typeof explainFailure} [page.explain]
 * @param {() => void} [page.close]  closes what lies over the page, when something else comes
 */
export function createPage({ state, views, first, create, explain = explainFailure,
  close = () => {} }) {
  /** @type {PageJob<State> | null} */
  let newest = null;
  /** @type {{started: Promise<Humshakal>, stop: AbortController, running: boolean} | null} */
  let engine = null;

  /** @param {Partial<State>} changes */
  function show(changes) {
    const focused = /** @type {HTMLElement | null} */ (document.activeElement);
    Object.assign(state, changes);
    element('stage').hidden = state.phase === 'empty';
    for (const update of views) update(state);
    // A button that vanishes under the keyboard's user leaves them at the new content.
    if (focused && focused !== document.body && !focused.getClientRects().length) {
      element(state.phase === 'empty' ? first : 'stage').focus();
    }
  }

  /**
   * Starts the engine when it is wanted first, and again after a failed start. How far it
   * has come is shown by the newest job: all of them wait for it.
   */
  function startEngine() {
    if (engine) return engine.started;
    const stop = new AbortController();
    const started = create({ signal: stop.signal,
      onProgress: (progress) => newest?.show(/** @type {Partial<State>} */ ({ progress })) });
    const mine = { started, stop, running: false };
    engine = mine;
    started.catch(() => {
      if (engine === mine) engine = null;
    });
    return started;
  }

  /** The engine with all that it was asked to load. */
  async function wholeEngine() {
    const humshakal = await startEngine();
    const mine = engine;
    await humshakal.ready;
    if (mine) mine.running = true;
    return humshakal;
  }

  /** Stops what is downloaded or computed; what has arrived is kept. */
  function stopEngine() {
    engine?.stop.abort();
    engine?.started.then((humshakal) => humshakal.close(), () => {});
    engine = null;
  }

  return {
    show,
    startEngine,
    wholeEngine,
    stopEngine,

    /**
     * Begins a job, which is over when run is, or when something else begins.
     * @param {Partial<State>} changes  what to show at its beginning
     * @param {(job: PageJob<State>) => Promise<void>} run
     */
    begin(changes, run) {
      document.getElementById('late')?.remove(); // the page's own script has come to its end
      newest?.end();
      close();
      /** @type {PageJob<State>} */
      const job = newest = new PageJob(show);
      job.show(/** @type {Partial<State>} */ (
        { phase: 'busy', progress: null, notice: null, announcement: '', ...changes }));
      return job.run(() => run(job), (error) => {
        job.show(/** @type {Partial<State>} */ (
          { phase: 'notice', notice: explain(error, job.during) }));
      });
    },

    /** Waits until nothing is under way, and nothing lies over the page. */
    async quiet() {
      while ((newest && !newest.signal.aborted) || document.querySelector('dialog[open]')) {
        await new Promise((resolve) => { setTimeout(resolve, 200); });
      }
    },

    /**
     * Ends the job that is under way, and the download that it waits for, and shows
     * something else.
     * @param {Partial<State>} changes
     */
    interrupt(changes) {
      newest?.end();
      close();
      if (engine && !engine.running) stopEngine();
      show(changes);
    },
  };
}

/** @param {string} id */
export const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/**
 * Listens to what views send up.
 * @param {string} type
 * @param {(detail: any, event: Event) => void} listener
 */
export function on(type, listener) {
  document.addEventListener(type, (event) => {
    listener(/** @type {CustomEvent} */ (event).detail, event);
  });
}
