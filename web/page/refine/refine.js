/**
 * A closer look: the first names come from a light network, so that they come soon. When the
 * accurate one is here, the same faces are looked at again. Visitors who save data are asked
 * first, and everybody can stay with what they have.
 */

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').Progress} Progress */

/**
 * @typedef {object} Refining
 * @property {'asked' | 'going' | 'failed' | 'done'} phase
 * @property {number} bytes  that have to be downloaded for it
 * @property {Progress | null} progress
 * @property {string} changed  in words: what the closer look has changed
 */

/** Whether this visitor's browser was told to save data. */
const asksFirst = () => Boolean(
  /** @type {{connection?: {saveData?: boolean}}} */ (/** @type {unknown} */ (navigator))
    .connection?.saveData) || matchMedia('(prefers-reduced-data: reduce)').matches;

/**
 * @param {object} page
 * @param {(refining: Refining | null) => void} page.show
 * @param {() => Promise<void>} page.quiet  resolves when nothing else is under way
 * @param {() => Promise<string>} page.lookAgain  at what is shown; tells what has changed,
 *   if there is anything to tell
 * @param {() => void} page.settled  nothing more will be downloaded
 */
export function createRefine({ show, quiet, lookAgain, settled }) {
  /** @type {AbortController | null} */
  let stop = null;
  /** @type {Refining | null} */
  let refining = null;

  /** @param {Partial<Refining> | null} changes */
  function change(changes) {
    refining = changes && { phase: 'going', bytes: 0, progress: null, changed: '', ...refining,
      ...changes };
    show(refining);
  }

  /** @param {Humshakal} humshakal */
  async function go(humshakal) {
    const mine = stop = new AbortController();
    change({ phase: 'going', progress: null });
    try {
      await humshakal.refine({ signal: mine.signal, before: quiet,
        onProgress: (progress) => {
          if (!mine.signal.aborted) change({ progress });
        } });
      if (mine.signal.aborted) return;
      const changed = await lookAgain();
      change(changed ? { phase: 'done', changed } : null);
    } catch (error) {
      if (mine.signal.aborted) return;
      console.warn(`The accurate network is not here (${error}).`);
      change({ phase: 'failed' });
    } finally {
      if (stop === mine) stop = null;
      if (!mine.signal.aborted) settled();
    }
  }

  return {
    go,

    /**
     * After a result, once for an engine.
     * @param {Humshakal} humshakal
     * @param {number} bytes
     */
    begin(humshakal, bytes) {
      if (refining?.phase === 'done') change(null); // that was the result before
      if (refining || !humshakal.better) return;
      change({ phase: 'asked', bytes });
      if (asksFirst()) settled();
      else go(humshakal);
    },

    /** The engine stops, or the visitor has enough. */
    end() {
      stop?.abort();
      if (refining) change(null);
    },
  };
}
