/**
 * A result as a link: the names and scores, behind the # of the address, which browsers do
 * not send to servers. It is written so that whoever looks at it can read what is in it:
 *
 *     #result=Zachary%20Taylor:0.312:0.9912,...     name : cosine : share of strangers
 *
 * Anybody can write such a link, so it is read like any file from outside.
 */

/** @typedef {{name: string, score: number, strangers: number}} SharedPerson */

const MARK = '#result=';
const LIMITS = { people: 5, name: 80 };

/** A letter takes nine at most (three bytes in UTF-8), and the numbers of each person 20. */
const CHARACTERS = 10 + LIMITS.people * (9 * LIMITS.name + 20);

/** Control characters and those that turn the direction of text could disguise a name. */
const DISGUISES = /[\p{C}\p{Zl}\p{Zp}<>]/u;

/** @param {string} page  its address @param {SharedPerson[]} people */
export function writeResultLink(page, people) {
  const scores = new Map(people.slice(0, LIMITS.people).map(({ name, score, strangers }) => (
    [encodeURIComponent(plain(name)), `${score.toFixed(3)}:${strangers.toFixed(4)}`])));
  return new URL(MARK + [...scores].map((entry) => entry.join(':')).join(','), page).href;
}

/** A name as a link may have it, cut where it is too long. @param {string} name */
function plain(name) {
  const letters = [...name].filter((letter) => !DISGUISES.test(letter));
  while (letters.join('').length > LIMITS.name) letters.splice(-2, 2, '…');
  return letters.join('').trim() || '?';
}

/** @param {string} fragment  with its # */
export function isResultLink(fragment) {
  return fragment.startsWith(MARK);
}

/**
 * Throws an Error that says what is wrong with it.
 * @param {string} fragment  with its #
 * @returns {SharedPerson[]}
 */
export function readResultLink(fragment) {
  if (fragment.length > CHARACTERS) {
    throw new Error(`it has ${fragment.length} characters, more than ${CHARACTERS}`);
  }
  const entries = fragment.slice(MARK.length).split(',');
  if (entries.length > LIMITS.people) {
    throw new Error(`it has ${entries.length} people, more than ${LIMITS.people}`);
  }
  const people = entries.map(readPerson);
  if (new Set(people.map(({ name }) => name)).size < people.length) {
    throw new Error('it has somebody twice');
  }
  return people;
}

/** @param {string} entry */
function readPerson(entry) {
  const fields = entry.split(':');
  if (fields.length !== 3) throw new Error('an entry is not a name and two numbers');
  const [written, ...numbers] = fields;
  const name = decoded(written).trim();
  if (!name || name.length > LIMITS.name || DISGUISES.test(name)) {
    throw new Error(`a name is not 1 to ${LIMITS.name} plain characters`);
  }
  const [score, strangers] = numbers.map(readNumber);
  return { name, score, strangers };
}

/** @param {string} written */
function decoded(written) {
  try {
    return decodeURIComponent(written);
  } catch {
    throw new Error('a name is not written as addresses are');
  }
}

/** @param {string} text */
function readNumber(text) {
  const value = Number(text);
  if (!/^-?\d(\.\d{1,6})?$/.test(text) || value < -1 || value > 1) {
    throw new Error('a score is not a number from -1 to 1');
  }
  return value;
}
