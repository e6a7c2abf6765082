/**
 * Everything that Humshakal rejects with, apart from AbortError, is a HumError. Its code is
 * stable; its message says what was expected, what was found and what to do.
 *
 * The engine's codes are the names of its statuses (src/humshakal.h). Around the engine
 * there are also
 *
 *   HUM_ERROR_NETWORK    a file of the site could not be fetched
 *   HUM_ERROR_INTEGRITY  a file of the site is not what it should be: not the one that the
 *                        manifest describes, or the manifest makes no sense
 *   HUM_ERROR_BROWSER    the browser lacks something, or alters pixels
 *   HUM_ERROR_FILE       what was given is not a photo that can be read here
 *   HUM_ERROR_WEIGHTS    what was given is no network that can be used here
 *   HUM_ERROR_GALLERY    what was given is no gallery that can be used here
 *   HUM_ERROR_NO_FACE    a face was needed and the photo shows none
 *   HUM_ERROR_CRASH      the engine stopped; the next call starts a fresh one
 *
 * @typedef {'HUM_ERROR_ARGUMENT' | 'HUM_ERROR_STATE' | 'HUM_ERROR_FORMAT'
 *   | 'HUM_ERROR_UNSUPPORTED' | 'HUM_ERROR_LIMIT' | 'HUM_ERROR_MEMORY' | 'HUM_ERROR_MISMATCH'
 *   | 'HUM_ERROR_VALUE' | 'HUM_ERROR_INTERNAL'} StatusCode
 * @typedef {StatusCode | 'HUM_ERROR_NETWORK' | 'HUM_ERROR_INTEGRITY' | 'HUM_ERROR_BROWSER'
 *   | 'HUM_ERROR_FILE' | 'HUM_ERROR_WEIGHTS' | 'HUM_ERROR_GALLERY' | 'HUM_ERROR_NO_FACE'
 *   | 'HUM_ERROR_CRASH'} ErrorCode
 */
export class HumError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {string} message
   * @param {{cause?: unknown}} [options]
   */
  constructor(code, message, options) {
    super(message, options);
    this.name = 'HumError';
    this.code = code;
  }
}

/**
 * An error as a worker posts it. Anything but a HumError is a trap: the memory behind it
 * cannot be trusted any more, so the worker is to be thrown away.
 * @typedef {{code: ErrorCode, message: string}} PostedError
 * @param {unknown} error
 * @returns {PostedError}
 */
export function postable(error) {
  const code = error instanceof HumError ? error.code : 'HUM_ERROR_CRASH';
  return { code, message: error instanceof Error ? error.message : String(error) };
}

/** @returns {DOMException} what every cancelled call rejects with */
export function abortError() {
  return new DOMException('The work was cancelled.', 'AbortError');
}

/** @param {unknown} error */
export function isAbort(error) {
  return error instanceof DOMException && error.name === 'AbortError';
}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {AbortSignal} signal
 * @returns {Promise<T>}
 */
export function cancellable(work, signal) {
  return new Promise((resolve, reject) => {
    const cancel = () => reject(abortError());
    if (signal.aborted) cancel();
    signal.addEventListener('abort', cancel, { once: true });
    work.then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', cancel));
  });
}
