/**
 * Python's pickles, as far as lists of vectors and of names need them: a pickle is a program
 * that may call anything, and this reads it without calling anything. What it would call is
 * compared with the few functions that NumPy's arrays need, whose meaning is written here;
 * everything else is refused by its name. Protocols 0 to 5 (Python's Lib/pickletools.py).
 */

/** Items of all lists together: 20,000 vectors of 2048 numbers, written as lists. */
const MOST_ITEMS = 50_000_000;

/** What Node reads at once. */
export const MOST_BYTES = 2 ** 31 - 1;

export class PickleRefused extends Error {}

/** @param {string} why @returns {never} */
function refuse(why) {
  throw new PickleRefused(why);
}

/** What a pickle names in order to call it. */
class Named {
  /** @param {string} name */
  constructor(name) {
    this.name = name;
  }
}

/** numpy.dtype */
class DType {
  /** @param {string} code  'f4', 'i8' ... */
  constructor(code) {
    this.code = code;
    this.little = true;
  }
}

/** numpy.ndarray */
export class NdArray {
  /** @type {number[]} */
  shape = [];
  /** @type {Float64Array | Float32Array} in the order of C */
  values = new Float32Array();
}

const MARK = Symbol('mark');

/** What NumPy's arrays need; NumPy 2 calls its own place _core. */
const KNOWN = /** @type {Record<string, string>} */ ({
  'numpy.core.multiarray._reconstruct': 'reconstruct',
  'numpy.core.multiarray.scalar': 'scalar',
  'numpy.core.numeric._frombuffer': 'frombuffer',
  'numpy.ndarray': 'ndarray',
  'numpy.dtype': 'dtype',
  '_codecs.encode': 'encode',
});

/** @param {string} text */
const printable = (text) => text.slice(0, 80).replace(/[^\x20-\x7e]/g, '?');

/** @param {unknown} module @param {unknown} name */
function named(module, name) {
  const full = `${module}.${name}`.replace(/^numpy\._core\./, 'numpy.core.');
  if (!Object.hasOwn(KNOWN, full)) {
    refuse(`this pickle wants to call ${printable(`${module}.${name}`)}, which has no place in `
      + 'a list of vectors or names. Nothing of it was run');
  }
  return new Named(KNOWN[full]);
}

const latin1 = (/** @type {Uint8Array} */ bytes) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');

/** A text of latin1 back as bytes. @param {string} text */
function bytesOf(text) {
  if (/[^\0-\xff]/.test(text)) refuse('its bytes are written as a text that is not latin1');
  return Uint8Array.from(text, (sign) => sign.charCodeAt(0));
}

/**
 * @param {Uint8Array} raw
 * @param {DType} dtype
 * @param {number[]} shape
 * @param {boolean} fortran
 */
function arrayOf(raw, dtype, shape, fortran) {
  const size = { f4: 4, f8: 8 }[dtype.code];
  if (!size) refuse(`its arrays have numbers of type ${printable(dtype.code)}; expected f4 or f8`);
  if (!Array.isArray(shape) || shape.length > 4
    || !shape.every((side) => Number.isInteger(side) && side >= 0)) refuse('an array has no shape');
  const count = shape.reduce((all, side) => all * side, 1);
  if (!(raw instanceof Uint8Array) || raw.length !== count * size) {
    refuse(`an array of ${shape.join(' x ')} numbers has ${raw?.length} bytes instead of ${count * size}`);
  }
  const view = new DataView(raw.buffer, raw.byteOffset, raw.byteLength);
  const flat = Array.from({ length: count }, (_, i) => (size === 4
    ? view.getFloat32(4 * i, dtype.little) : view.getFloat64(8 * i, dtype.little)));
  const array = new NdArray();
  array.shape = shape;
  array.values = Float64Array.from(flat);
  if (fortran && shape.length === 2) { // columns one after the other
    const [rows, columns] = shape;
    array.values = array.values.map((_, i) => flat[(i % columns) * rows + Math.floor(i / columns)]);
  } else if (fortran && shape.length > 2) refuse('an array of more than two dimensions is in Fortran’s order');
  return array;
}

/** What a call gives. @param {unknown} what @param {any[]} args */
function called(what, args) {
  if (!(what instanceof Named)) refuse('it calls something that is no function');
  switch (what.name) {
    case 'encode': return bytesOf(String(args[0]));
    case 'reconstruct': return new NdArray();
    case 'dtype': return new DType(String(args[0]).replace(/^[<>=|]/, ''));
    case 'scalar': {
      if (!(args[0] instanceof DType)) refuse('a number has no type');
      return arrayOf(typeof args[1] === 'string' ? bytesOf(args[1]) : args[1], args[0], [1], false).values[0];
    }
    case 'frombuffer': {
      if (!(args[1] instanceof DType)) refuse('an array has no type');
      return arrayOf(args[0], args[1], args[2], args[3] === 'F');
    }
    default: return refuse(`it calls ${what.name}`);
  }
}

/** @param {unknown} what @param {any} state */
function build(what, state) {
  if (what instanceof DType && Array.isArray(state)) {
    what.little = state[1] !== '>';
    return;
  }
  if (what instanceof NdArray && Array.isArray(state) && state.length === 5 && state[2] instanceof DType) {
    const raw = typeof state[4] === 'string' ? bytesOf(state[4]) : state[4];
    Object.assign(what, arrayOf(raw, state[2], state[1], Boolean(state[3])));
    return;
  }
  refuse('it sets the state of something that is no array');
}

/**
 * What stands in a pickle: lists, texts, bytes, numbers and arrays.
 * @param {Uint8Array} bytes
 * @returns {unknown}
 */
export function readPickle(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  /** @type {any[]} */
  const stack = [];
  /** @type {Map<number, any>} */
  const memo = new Map();
  let [at, items] = [0, 0];

  /** @param {number} count  of bytes, or of items that a list grows by */
  const more = (count) => {
    items += count;
    if (items > MOST_ITEMS) refuse(`it has more than ${MOST_ITEMS} items`);
  };
  /** @param {number} count */
  const take = (count) => {
    if (!(count >= 0) || count > bytes.length - at) refuse(`it ends early, after ${bytes.length} bytes`);
    at += count;
    return bytes.subarray(at - count, at);
  };
  const byte = () => take(1)[0];
  const u16 = () => (take(2), view.getUint16(at - 2, true));
  const u32 = () => (take(4), view.getUint32(at - 4, true));
  const u64 = () => (take(8), Number(view.getBigUint64(at - 8, true)));
  const line = () => {
    const end = bytes.indexOf(10, at);
    if (end < 0) refuse(`it ends early, after ${bytes.length} bytes`);
    const text = latin1(take(end - at));
    at += 1;
    return text;
  };
  const utf8 = (/** @type {Uint8Array} */ part) => new TextDecoder('utf-8', { fatal: false }).decode(part);
  const pop = () => (stack.length ? stack.pop() : refuse('it takes more than there is'));
  const toMark = () => {
    const from = stack.lastIndexOf(MARK);
    if (from < 0) refuse('it takes more than there is');
    return stack.splice(from).slice(1);
  };
  const top = () => (stack.length ? stack[stack.length - 1] : refuse('it takes more than there is'));
  /** @param {any[]} added */
  const append = (added) => {
    const list = top();
    if (!Array.isArray(list)) refuse('it adds to something that is no list');
    more(added.length);
    for (const one of added) list.push(one);
  };
  /** @param {Uint8Array} part */
  const whole = (part) => part.reduceRight((value, one) => value * 256 + one, 0)
    - (part.length && part[part.length - 1] > 127 ? 256 ** part.length : 0);
  const put = (/** @type {number} */ key) => {
    more(1);
    memo.set(key, top());
  };
  const get = (/** @type {number} */ key) => {
    if (!memo.has(key)) refuse(`it asks for number ${key} of what it has not stored`);
    stack.push(memo.get(key));
  };
  const quoted = (/** @type {string} */ text) => text.replace(/^(['"])(.*)\1$/s, '$2')
    .replace(/\\(x[0-9a-fA-F]{2}|[\\'"nrt])/g, (_, sign) => (sign[0] === 'x'
      ? String.fromCharCode(parseInt(sign.slice(1), 16)) : /** @type {any} */ ({ n: '\n', r: '\r', t: '\t' })[sign] ?? sign));

  /** @type {Record<string, () => void>} by the letter of each, or its number */
  const codes = {
    128: () => { if (byte() > 5) refuse('it is of a newer protocol than 5'); },
    149: () => { take(8); }, // a frame: only for reading ahead
    '(': () => { stack.push(MARK); },
    0: () => { pop(); },
    1: () => { toMark(); },
    2: () => { stack.push(top()); },
    N: () => { stack.push(null); },
    136: () => { stack.push(true); },
    137: () => { stack.push(false); },
    I: () => { const text = line(); stack.push(text === '01' ? true : text === '00' ? false : Number(text)); },
    J: () => { stack.push(u32() | 0); },
    K: () => { stack.push(byte()); },
    M: () => { stack.push(u16()); },
    L: () => { stack.push(Number(line().replace(/L$/, ''))); },
    138: () => { stack.push(whole(take(byte()))); },
    139: () => { stack.push(whole(take(u32()))); },
    F: () => { stack.push(Number(line())); },
    G: () => { take(8); stack.push(view.getFloat64(at - 8, false)); },
    S: () => { stack.push(quoted(line())); },
    T: () => { stack.push(latin1(take(u32()))); },
    U: () => { stack.push(latin1(take(byte()))); },
    V: () => { stack.push(line().replace(/\\u([0-9a-fA-F]{4})|\\U([0-9a-fA-F]{8})/g, (_, a, b) => {
      const code = parseInt(a ?? b, 16);
      return code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
    })); },
    X: () => { stack.push(utf8(take(u32()))); },
    140: () => { stack.push(utf8(take(byte()))); },
    141: () => { stack.push(utf8(take(u64()))); },
    B: () => { stack.push(take(u32())); },
    C: () => { stack.push(take(byte())); },
    142: () => { stack.push(take(u64())); },
    150: () => { stack.push(take(u64())); },
    ']': () => { stack.push([]); },
    l: () => { const list = toMark(); more(list.length); stack.push(list); },
    a: () => { const one = pop(); append([one]); },
    e: () => { append(toMark()); },
    ')': () => { stack.push([]); },
    t: () => { const list = toMark(); more(list.length); stack.push(list); },
    133: () => { stack.push([pop()]); },
    134: () => { const [b, a] = [pop(), pop()]; stack.push([a, b]); },
    135: () => { const [c, b, a] = [pop(), pop(), pop()]; stack.push([a, b, c]); },
    c: () => { const module = line(); stack.push(named(module, line())); },
    147: () => { const [name, module] = [pop(), pop()]; stack.push(named(module, name)); },
    R: () => {
      const [args, what] = [pop(), pop()];
      if (!Array.isArray(args)) refuse('it calls something without arguments');
      stack.push(called(what, args));
    },
    b: () => { const state = pop(); build(top(), state); },
    p: () => { put(Number(line())); },
    q: () => { put(byte()); },
    r: () => { put(u32()); },
    148: () => { put(memo.size); },
    g: () => { get(Number(line())); },
    h: () => { get(byte()); },
    j: () => { get(u32()); },
  };

  for (;;) {
    const code = byte();
    if (code === 46) return pop(); // '.'
    const work = codes[code < 128 ? String.fromCharCode(code) : code] ?? codes[code];
    if (code < 32 || !work) {
      if (code === 105) { // INST names what it calls in two lines
        const module = line();
        named(module, line());
      }
      refuse(`byte ${at - 1} (${code}) is nothing that a list of vectors or names needs`);
    }
    work();
  }
}

// ---- What is wanted of it ------------------------------------------------------------------

/**
 * A list of feature vectors: of arrays of one row, of lists of numbers, or one array of rows.
 * @param {unknown} value
 * @returns {ArrayLike<number>[]}
 */
export function vectorsOf(value) {
  if (value instanceof NdArray && value.shape.length === 2) {
    const [count, dimension] = value.shape;
    return Array.from({ length: count }, (_, i) => (
      /** @type {NdArray} */ (value).values.subarray(i * dimension, (i + 1) * dimension)));
  }
  if (!Array.isArray(value)) refuse('there is no list of vectors in it');
  const vectors = value.map((one, i) => {
    const row = one instanceof NdArray ? one.values : one;
    const sides = one instanceof NdArray ? one.shape.filter((side) => side !== 1) : [row?.length];
    const numbers = Array.isArray(row) ? row.every((number) => typeof number === 'number') : row instanceof Float64Array;
    if (!numbers || sides.length > 1) refuse(`item ${i + 1} is no vector`);
    return row;
  });
  vectors.forEach((vector, i) => {
    if (vector.length !== vectors[0].length) {
      refuse(`vector ${i + 1} has ${vector.length} numbers, the first ${vectors[0].length}`);
    }
    if (!Array.prototype.every.call(vector, Number.isFinite)) refuse(`vector ${i + 1} has a number that is not finite`);
    if (!Array.prototype.some.call(vector, (number) => number !== 0)) refuse(`vector ${i + 1} is nothing but zeros`);
  });
  return vectors;
}

/** A list of file names. @param {unknown} value @returns {string[]} */
export function namesOf(value) {
  if (!Array.isArray(value)) refuse('there is no list of file names in it');
  return value.map((one, i) => (typeof one === 'string' && one ? one : refuse(`item ${i + 1} is no file name`)));
}
