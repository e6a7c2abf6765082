/** What the converter throws when a file is not what it must be: a sentence for people. */
export class ConvertError extends Error {
  name = 'ConvertError';
}

/**
 * @param {string} sentence what was expected, what was found, what to do
 * @returns {never}
 */
export function refuse(sentence) {
  throw new ConvertError(sentence);
}

/**
 * A name from an outside file, made safe to print: control and foreign bytes become `?`.
 * @param {string} name
 */
export function printable(name) {
  const shown = name.slice(0, 80).replace(/[^\x20-\x7e]/g, '?');
  return name.length > 80 ? `${shown}...` : shown;
}
