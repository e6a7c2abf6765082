/**
 * WebAssembly modules of one loop, written out by hand, to learn what the machine can do
 * at most: multiply and add without reading memory, and read memory without computing.
 */

/** @param {number} n  LEB128 @param {number} most  of the last byte */
function leb(n, most = 127) {
  const bytes = [];
  for (; n > most; n >>>= 7) bytes.push(n & 127 | 128);
  return [...bytes, n];
}

/** @param {number} id @param {number[]} content */
const section = (id, content) => [id, ...leb(content.length), ...content];

/** @param {number} code  of a SIMD instruction @param {number[]} more */
const simd = (code, ...more) => [0xfd, ...leb(code), ...more];

const I32 = 0x7f;
const V128 = 0x7b;
const get = (/** @type {number} */ local) => [0x20, local];
const set = (/** @type {number} */ local) => [0x21, local];
const constant = (/** @type {number} */ value) => [0x41, ...leb(value, 63)]; // has a sign
const ADD = 0x6a;
const SUB = 0x6b;

const V128_LOAD = 0x00;
const I8X16_SPLAT = 0x0f;
const I32X4_EXTRACT = 0x1b;
const F32X4_FROM_I32X4 = 0xfa;
const I32X4_ADD = 0xae;

const ACCUMULATORS = 12; // more than latency times ports of any processor; fits 16 registers
const COUNT = 0; // local: how often the loop runs
const ADDRESS = 1; // local
const FIRST = 2; // local: the first accumulator
const [X, Y] = [FIRST + ACCUMULATORS, FIRST + ACCUMULATORS + 1];

/**
 * A module with one function (count) -> i32 that repeats a body, and sums accumulators so
 * that no compiler can leave the work out.
 * @param {number[][]} bodies  one an accumulator: leaves its next value on the stack
 * @param {{lanes?: number[], pages?: number, advance?: number}} [how]
 *   lanes: how to make a starting value of i32x4; pages: of memory; advance: bytes a round
 */
function module(bodies, { lanes = [], pages = 0, advance = 0 } = {}) {
  const start = (/** @type {number} */ local) => (
    [...constant(local), ...simd(I8X16_SPLAT), ...lanes, ...set(local)]);
  const accumulators = bodies.map((_, i) => FIRST + i);
  const code = [
    ...[...accumulators, X, Y].flatMap(start),
    0x03, 0x40, // loop
    ...bodies.flatMap((body, i) => [...body, ...set(FIRST + i)]),
    ...get(ADDRESS), ...constant(advance), ADD, ...set(ADDRESS),
    ...get(COUNT), ...constant(1), SUB, 0x22, COUNT, // tee
    0x0d, 0, // branch if not zero
    0x0b, // end of the loop
    ...get(FIRST),
    ...accumulators.slice(1).flatMap((local) => [...get(local), ...simd(I32X4_ADD)]),
    ...simd(I32X4_EXTRACT, 0), 0x0b,
  ];
  const locals = [2, 1, I32, ACCUMULATORS + 2, V128];
  const body = [...locals, ...code];
  const name = (/** @type {string} */ text) => [text.length, ...new TextEncoder().encode(text)];
  return new Uint8Array([
    0, 97, 115, 109, 1, 0, 0, 0,
    ...section(1, [1, 0x60, 1, I32, 1, I32]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, ...leb(pages)]),
    ...section(7, [2, ...name('run'), 0, 0, ...name('memory'), 2, 0]),
    ...section(10, [1, ...leb(body.length), ...body]),
  ]);
}

/** @param {(accumulator: number) => number[]} body */
const each = (body) => Array.from({ length: ACCUMULATORS }, (_, i) => body(FIRST + i));

/**
 * The densest instructions of each build. each: multiplications of one.
 * @type {{build: 'relaxed' | 'simd', type: 'float' | 'int8', each: number,
 *   instruction: string, code: Uint8Array}[]}
 */
const MULTIPLY = [
  { build: 'relaxed', type: 'float', each: 4, instruction: 'f32x4.relaxed_madd',
    code: module(each((a) => [...get(X), ...get(Y), ...get(a), ...simd(0x105)]),
      { lanes: simd(F32X4_FROM_I32X4) }) },
  { build: 'relaxed', type: 'int8', each: 16,
    instruction: 'i32x4.relaxed_dot_i8x16_i7x16_add_s',
    code: module(each((a) => [...get(X), ...get(Y), ...get(a), ...simd(0x113)])) },
  { build: 'simd', type: 'float', each: 4, instruction: 'f32x4.mul, f32x4.add',
    code: module(each((a) => [...get(a), ...get(X), ...simd(0xe6), ...get(Y), ...simd(0xe4)]),
      { lanes: simd(F32X4_FROM_I32X4) }) },
  { build: 'simd', type: 'int8', each: 8, instruction: 'i32x4.dot_i16x8_s, i32x4.add',
    code: module(each((a) => [...get(a), ...get(X), ...simd(0xba), ...get(Y),
      ...simd(I32X4_ADD)])) },
];

/** @param {Uint8Array} code */
async function runner(code) {
  const { instance } = await WebAssembly.instantiate(code);
  return /** @type {{run: (count: number) => number, memory: WebAssembly.Memory}} */ (
    /** @type {unknown} */ (instance.exports));
}

/** Long enough for the clock, short enough to be in the middle of others' turns. */
const ROUNDS = 400_000;

/** Loops that do nothing but multiply and add. */
export function multipliers() {
  return Promise.all(MULTIPLY.map(async ({ code, each: one, ...about }) => {
    const { run } = await runner(code);
    return { ...about, run: () => run(ROUNDS), multiplications: one * ACCUMULATORS * ROUNDS };
  }));
}

const PAGE = 65536;
const LOADS = 4;
const VECTOR = 16;

/** A loop that does nothing but read so many bytes. @param {number} bytes */
export async function reader(bytes) {
  const bodies = Array.from({ length: LOADS }, (_, i) => [
    ...get(ADDRESS), ...simd(V128_LOAD, 0, ...leb(VECTOR * i)), ...get(FIRST + i),
    ...simd(I32X4_ADD)]);
  const { run, memory } = await runner(module(bodies,
    { pages: Math.ceil(bytes / PAGE), advance: LOADS * VECTOR }));
  new Uint8Array(memory.buffer).fill(1); // what was never written need not be read
  return () => run(Math.floor(bytes / (LOADS * VECTOR)));
}
