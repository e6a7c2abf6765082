/**
 * The way to an engine: calls are answered in order, and a crash ends the channel.
 *
 * @typedef {object} Channel
 * @property {<K extends keyof Ops>(op: K, args: Args<K>, transfer?: Transferable[])
 *   => Promise<Value<K>>} call
 * @property {(reason: Error) => void} close  rejects what is pending and what comes
 * @property {Error | null} closed  the reason, once it is
 * @property {boolean} worker  whether it runs beside this thread
 */

/** @typedef {ReturnType<typeof import('./ops.js').createOps>} Ops */

/** @template {keyof Ops} K @typedef {Parameters<Ops[K]> extends [infer A] ? A : {}} Args */

/** @template {keyof Ops} K @typedef {Awaited<ReturnType<Ops[K]>>} Value */

/**
 * What a worker is sent, and what it answers.
 * @typedef {{id: number, op: keyof Ops, args: object}} Asked
 * @typedef {{id: number, value?: unknown, error?: PostedError}} Answered
 * @typedef {import('./errors.js').PostedError} PostedError
 */

import { startBoundWorker } from './bound-worker.js';
import { HumError } from './errors.js';

/** @returns {Channel} */
export function openChannel() {
  return typeof Worker === 'function' ? new WorkerChannel() : new LocalChannel();
}

/** @param {string} message */
function crash(message) {
  return new HumError('HUM_ERROR_CRASH', `The engine stopped unexpectedly (${message}). `
    + 'Try again; a fresh one starts by itself. If this photo stops it again, '
    + 'please report it.');
}

/** Node has no workers of this kind; there the engine runs in the calling thread. */
class LocalChannel {
  worker = false;
  /** @type {Error | null} */
  closed = null;
  #ops = import('./ops.js').then(({ createOps }) => createOps());
  /** @type {Promise<unknown>} */
  #last = Promise.resolve();

  /**
   * @template {keyof Ops} K
   * @param {K} op
   * @param {Args<K>} args
   */
  call(op, args) {
    const result = this.#last.then(() => this.#run(op, args));
    this.#last = result.catch(() => {});
    return result;
  }

  /**
   * @template {keyof Ops} K
   * @param {K} op
   * @param {Args<K>} args
   * @returns {Promise<Value<K>>}
   */
  async #run(op, args) {
    if (this.closed) throw this.closed;
    try {
      const run = /** @type {(args: Args<K>) => Value<K>} */ ((await this.#ops)[op]);
      return await run(args);
    } catch (error) {
      if (error instanceof HumError) throw error;
      this.closed = crash(String(error));
      throw this.closed;
    }
  }

  /** @param {Error} reason */
  close(reason) {
    this.closed ??= reason;
  }
}

class WorkerChannel {
  worker = true;
  /** @type {Error | null} */
  closed = null;
  /** @type {Map<number, {resolve: (value: never) => void, reject: (reason: Error) => void}>} */
  #pending = new Map();
  #last = 0;
  #worker;

  constructor() {
    this.#worker = startBoundWorker('worker.js', 'humshakal', {
      onMessage: (/** @type {Answered} */ answer) => this.#answer(answer),
      onMissing: (error) => this.close(error),
      onCrash: (why) => this.close(crash(why)),
    });
  }

  /**
   * @template {keyof Ops} K
   * @param {K} op
   * @param {Args<K>} args
   * @param {Transferable[]} [transfer]
   * @returns {Promise<Value<K>>}
   */
  call(op, args, transfer = []) {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(this.closed);
        return;
      }
      this.#last += 1;
      this.#pending.set(this.#last, { resolve, reject });
      this.#worker.postMessage({ id: this.#last, op, args }, transfer);
    });
  }

  /** @param {Answered} answer */
  #answer({ id, value, error }) {
    if (error?.code === 'HUM_ERROR_CRASH') {
      this.close(crash(error.message));
      return;
    }
    const call = this.#pending.get(id);
    this.#pending.delete(id);
    if (error) call?.reject(new HumError(error.code, error.message));
    else call?.resolve(/** @type {never} */ (value));
  }

  /** @param {Error} reason */
  close(reason) {
    this.closed ??= reason;
    this.#worker.terminate();
    for (const { reject } of this.#pending.values()) reject(reason);
    this.#pending.clear();
  }
}
