/**
 * The live mirror: while the camera runs, its picture is looked at again and again, and
 * whoever of the gallery looks most like the face is named. Nothing of it is kept.
 *
 * Names are steadied in two ways. Looks are averaged, as several photos of one person are:
 * their mean tells people apart better than any one of them, and its scores are cosines like
 * all others. And a name stays until another leads clearly, and for some time at least.
 */

/** The longer side of the pictures: a face before a camera is large in them. */
const SIDE = 480;

/** Milliseconds after which a look has lost most of its weight. */
const STEADY = 1200;

/** Cosine by which another person must lead. */
const LEAD = 0.02;

/** Milliseconds that a name stays at least. */
const HOLD = 1500;

/** Milliseconds without a face after which the next one is somebody new. */
const GONE = 800;

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {{data: Uint8ClampedArray, width: number, height: number}} Pixels  RGBA */

/**
 * @typedef {object} Live
 * @property {{x: number, y: number, width: number, height: number} | null} face  in shares of
 *   the picture
 * @property {MatchedPerson | null} match
 * @property {number | null} threshold  of the network
 * @property {string} network  its name; '': it is not ready yet
 */

/**
 * Goes on until the job ends.
 * @param {HTMLVideoElement} video
 * @param {() => Promise<Humshakal>} engine  asked each time, since it may be another one
 * @param {import('../job.js').Job<{live: Live}>} job
 */
export async function watch(video, engine, job) {
  const context = /** @type {OffscreenCanvasRenderingContext2D} */ (
    new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true }));
  /** @type {Mean | null} */
  let mean = null;
  let name = { match: /** @type {MatchedPerson | null} */ (null), since: 0 };
  for (let next = frameOf(video); ;) {
    await job.wait(next);
    next = frameOf(video); // the one that comes during the look is there for the next
    const humshakal = await job.wait(engine());
    const { sha256, threshold = null, name: network } = humshakal.info.embedder;
    const frame = await job.wait(pixelsOf(video, context));
    const { faces: [face], embedding } = await job.wait(
      humshakal.look(frame, { once: true, signal: job.signal }));
    const now = performance.now();
    if (embedding) {
      mean = await job.wait(joined(mean, embedding, sha256, now, humshakal));
      const matches = await job.wait(humshakal.search(mean.vector, { k: 3, signal: job.signal }));
      if (mean.looks === 1) name = { match: null, since: 0 };
      name = steadied(name, matches, now);
    } else if (mean && now - mean.at > GONE) {
      mean = null;
      name = { match: null, since: 0 };
    }
    job.show({ live: { face: face ? sharesOf(face, frame) : null, match: name.match, threshold,
      network } });
  }
}

/** @param {HTMLVideoElement} video @returns {Promise<void>} when it shows another picture */
function frameOf(video) {
  return new Promise((resolve) => {
    if (video.requestVideoFrameCallback) video.requestVideoFrameCallback(() => resolve());
    else requestAnimationFrame(() => resolve());
  });
}

/**
 * What the video shows now. Its pixels are copied: of every frame that is drawn, Chromium
 * keeps a picture, until it has 300 MB of them. Where they can't be, they are drawn.
 * @param {HTMLVideoElement} video
 * @param {OffscreenCanvasRenderingContext2D} context
 */
async function pixelsOf(video, context) {
  return await copied(video).catch(() => null) ?? drawn(video, context);
}

/** @param {HTMLVideoElement} video  @returns {Promise<Pixels | null>} null: it is shown turned */
async function copied(video) {
  const frame = new VideoFrame(video);
  try {
    const { width, height } = /** @type {DOMRectReadOnly} */ (frame.visibleRect);
    if (width !== video.videoWidth || height !== video.videoHeight) return null;
    const format = /** @type {any} */ ({ format: 'RGBA' });
    const data = new Uint8ClampedArray(frame.allocationSize(format));
    if (data.length !== 4 * width * height) return null; // it has not heard of formats
    await frame.copyTo(data, format);
    return { data, width, height };
  } finally {
    frame.close();
  }
}

/**
 * @param {HTMLVideoElement} video
 * @param {OffscreenCanvasRenderingContext2D} context
 * @returns {Pixels}
 */
function drawn(video, context) {
  const { videoWidth, videoHeight } = video;
  const scale = Math.min(1, SIDE / Math.max(videoWidth, videoHeight));
  const [width, height] = [Math.round(videoWidth * scale), Math.round(videoHeight * scale)];
  const { canvas } = context;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  context.drawImage(video, 0, 0, width, height);
  return context.getImageData(0, 0, width, height);
}

/**
 * @param {import('../../engine/humshakal.js').Face} face
 * @param {{width: number, height: number}} picture
 */
function sharesOf({ x, y, width, height }, picture) {
  return { x: x / picture.width, y: y / picture.height, width: width / picture.width,
    height: height / picture.height };
}

/**
 * @param {{match: MatchedPerson | null, since: number}} shown
 * @param {MatchedPerson[]} matches
 * @param {number} now
 */
function steadied({ match, since }, matches, now) {
  const [best] = matches;
  const same = match && matches.find(({ name }) => name === match.name);
  if (same && (best.score - same.score < LEAD || now - since < HOLD)) return { match: same, since };
  return { match: best ?? null, since: now };
}

/**
 * The looks at one face so far.
 * @typedef {object} Mean
 * @property {Float32Array} vector  of length 1
 * @property {string} sha256  of the network
 * @property {number} looks
 * @property {number} at      when the last one was
 */

/**
 * @param {Mean | null} mean
 * @param {Float32Array} embedding
 * @param {string} sha256
 * @param {number} now
 * @param {Humshakal} humshakal
 * @returns {Promise<Mean>}  of this look alone if it shows somebody else
 */
async function joined(mean, embedding, sha256, now, humshakal) {
  if (mean?.sha256 !== sha256 || (await humshakal.compare(mean.vector, embedding)).same === false) {
    return { vector: embedding, sha256, looks: 1, at: now };
  }
  const kept = Math.exp((mean.at - now) / STEADY);
  const vector = embedding.map((value, i) => kept * mean.vector[i] + (1 - kept) * value);
  const length = Math.hypot(...vector);
  return { vector: vector.map((value) => value / length), sha256, looks: mean.looks + 1, at: now };
}
