/** Measuring in turns, and what the numbers come to. */

/**
 * @typedef {object} Contender
 * @property {string} engine
 * @property {() => unknown} run  the work to be measured; may return a promise
 * @property {object} [note]      copied into the row
 */

/** @typedef {{engine: string, failed: string, note?: object}} Failed  told, not timed */

/**
 * @typedef {object} Times  milliseconds
 * @property {number} median
 * @property {number} min
 * @property {number} low   a quarter of the runs were faster
 * @property {number} high  a quarter were slower
 * @property {number} runs
 */

/**
 * @typedef {object} Options
 * @property {number} runs
 * @property {number} [repeat]  how often a turn does the work, where a single time would be
 *   as short as what it costs to read the clocks
 * @property {boolean} [lead]   whether a turn begins with one run that is not measured: then
 *   the caches hold the network's own weights, not those of the contender before
 */

/** Until the optimising compiler has done with the large modules of the peers: so many
    rounds, or fewer that take so long. */
const WARM_UP = { most: 10, least: 3, milliseconds: 5000 };

/** Milliseconds of all the browser's processes; see processor.mjs. @type {() => Promise<number>} */
const processorTime = /** @type {any} */ (globalThis).processorTime ?? (async () => NaN);

/**
 * Runs the contenders in turns, each round beginning with another one, so that whatever
 * else the machine does, and its clock, meet all of them alike.
 * @param {Contender[]} contenders
 * @param {Options} options
 * @returns {Promise<(Times & {processor: Times | null})[]>} in the order of the contenders
 */
export async function inTurns(contenders, { runs, repeat = 1, lead = false }) {
  const results = contenders.map(() => (
    { clock: /** @type {number[]} */ ([]), processor: /** @type {number[]} */ ([]) }));
  const reading = await readingTime();
  await warmUp(contenders);
  for (let round = 0; round < runs; round += 1) {
    for (let i = 0; i < contenders.length; i += 1) {
      const turn = (i + round) % contenders.length;
      if (lead) await contenders[turn].run();
      const used = await processorTime();
      const start = performance.now();
      for (let n = 0; n < repeat; n += 1) await contenders[turn].run();
      const time = performance.now() - start;
      const all = await processorTime() - used - reading;
      results[turn].processor.push(all / repeat);
      results[turn].clock.push(time / repeat);
    }
    await breathe();
  }
  return results.map(({ clock, processor }) => ({ ...summarise(clock),
    processor: processor.some(Number.isNaN) ? null : summarise(processor) }));
}

/** @param {Contender[]} contenders */
async function warmUp(contenders) {
  const start = performance.now();
  for (let round = 0; round < WARM_UP.most; round += 1) {
    const late = performance.now() - start > WARM_UP.milliseconds;
    if (round >= WARM_UP.least && late) return;
    for (const { run } of contenders) await run();
    await breathe();
  }
}

/**
 * Contenders as rows of the report.
 * @param {string} subject
 * @param {(Contender | Failed)[]} contenders
 * @param {Options} options
 * @returns {Promise<any[]>}
 */
export async function rows(subject, contenders, options) {
  const able = /** @type {Contender[]} */ (contenders.filter((one) => 'run' in one));
  const times = await inTurns(able, options);
  return contenders.map((one) => ({
    subject, engine: one.engine, threads: 1, ...one.note,
    ...('run' in one ? times[able.indexOf(one)] : { failed: one.failed }),
  }));
}

/**
 * A contender, or why there is none.
 * @template {{engine: string}} T
 * @param {string} engine
 * @param {object} note
 * @param {() => Promise<T>} prepare
 * @returns {Promise<T | Failed>}
 */
export async function attempt(engine, note, prepare) {
  try {
    return await prepare();
  } catch (error) {
    return { engine, note, failed: String(/** @type {any} */ (error)?.message ?? error)
      .split('\n', 1)[0] };
  }
}

/** @param {number[]} times @returns {Times} */
export function summarise(times) {
  const sorted = [...times].sort((a, b) => a - b);
  const at = (/** @type {number} */ share) => {
    const place = share * (sorted.length - 1);
    const [below, above] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    return below + (above - below) * (place % 1);
  };
  return { median: at(0.5), min: sorted[0], low: at(0.25), high: at(0.75),
    runs: sorted.length };
}

/** What the browser itself spends on reading that clock. */
async function readingTime() {
  const times = [];
  for (let i = 0; i < 9; i += 1) times.push(-await processorTime() + await processorTime());
  return summarise(times).median;
}

/** Lets the browser collect garbage and serve its other work between two rounds. */
function breathe() {
  return new Promise((done) => {
    setTimeout(done);
  });
}

/** @param {ArrayLike<number>} a @param {ArrayLike<number>} b */
export function cosine(a, b) {
  let [ab, aa, bb] = [0, 0, 0];
  for (let i = 0; i < a.length; i += 1) {
    ab += a[i] * b[i];
    aa += a[i] * a[i];
    bb += b[i] * b[i];
  }
  return ab / Math.sqrt(aa * bb);
}
