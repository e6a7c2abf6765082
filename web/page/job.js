/**
 * A job is something under way that takes time: a photo that is matched, a download, a
 * camera that opens. It owns what it may show and what it waits for. Once it has ended, of
 * itself or from outside, `show` shows nothing and `wait` throws, so that nothing of an old
 * job reaches the page, and none goes on in vain.
 *
 *     const job = new Job(show);
 *     job.run(async () => {
 *       const found = await job.wait(humshakal.detect(blob, { signal: job.signal }));
 *       job.show({ found });
 *     }, (error) => job.show({ notice: explain(error) }));
 *     job.end();  // whatever it was at
 */

/** @template Changes */
export class Job {
  #show;
  #life = new AbortController();
  /** @type {Promise<never>} rejects at the end */
  #ended;

  /** @param {(changes: Changes) => void} show */
  constructor(show) {
    this.#show = show;
    this.#ended = new Promise((_, reject) => {
      this.signal.addEventListener('abort', () => reject(this.signal.reason));
    });
    this.#ended.catch(() => {}); // most jobs end while nobody waits
  }

  /** For what can be called off itself: downloads, conversions, calls of the engine. */
  get signal() {
    return this.#life.signal;
  }

  /** @param {Changes} changes */
  show(changes) {
    if (!this.signal.aborted) this.#show(changes);
  }

  /**
   * What the work gives, unless the job has ended by then.
   * @template T
   * @param {T | Promise<T>} work
   * @returns {Promise<T>}
   */
  async wait(work) {
    const value = await Promise.race([work, this.#ended]);
    this.signal.throwIfAborted();
    return value;
  }

  /**
   * Does the work, and ends with it.
   * @param {() => Promise<void>} work
   * @param {(error: unknown) => void} failed  not told of what happens after the end
   */
  async run(work, failed) {
    try {
      await work();
    } catch (error) {
      if (!this.signal.aborted) failed(error);
    } finally {
      this.end();
    }
  }

  end() {
    this.#life.abort();
  }
}
