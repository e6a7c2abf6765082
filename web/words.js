/**
 * What the page says, apart from the fixed text in index.html. Numbers that the reader is
 * to compare with each other are formatted here as well.
 */

/** @typedef {import('./humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('./humshakal.js').Offers} Offers */

/** @param {number} bytes */
export function megabytes(bytes) {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}

/** @param {{total: number, missing: number}} sizes */
export function downloadSize({ total, missing }) {
  if (missing === 0) return 'Ready: everything it needs is stored on this device.';
  const once = `The first photo starts a one-time download of ${megabytes(missing)}`;
  return missing === total ? `${once}.` : `${once} (the rest is stored already).`;
}

export const PROGRESS_TITLES = {
  photo: 'One moment',
  start: 'One moment',
  download: 'Getting ready',
  convert: 'Converting your weights',
  adapt: 'Making the gallery fit',
};

/** @param {import('./humshakal.js').Progress | null} progress */
export function progressText(progress) {
  if (!progress) return 'Looking at the photo';
  const { phase, loaded, total, label } = progress;
  if (phase === 'start') return `Starting ${label}`;
  if (phase === 'convert') return `${label}: ${Math.floor(100 * loaded)} %, on this device`;
  if (phase === 'adapt') return `Picture ${loaded} of ${total}`;
  return `${(loaded / 1e6).toFixed(1)} of ${megabytes(total)}`;
}

/** @param {any} model  one of the networks offered */
export function networkSize({ bytes, stored, own }) {
  if (own) return `${megabytes(bytes)}, yours, on this device only`;
  return `${megabytes(bytes)}${stored ? ', on this device' : ' to download'}`;
}

/** @param {number} multiplications @param {number | undefined} seconds */
export function networkSpeed(multiplications, seconds) {
  const work = `${(multiplications / 1e9).toFixed(1)} billion multiplications a face`;
  return seconds === undefined ? work : `${work} (the last took ${seconds.toFixed(2)} s)`;
}

/** @param {any} gallery */
export function galleryName({ name, people, adaptedFrom }) {
  return `${name}, ${people} people${adaptedFrom ? ' (from small pictures)' : ''}`;
}

/** @param {number} number @param {number} count */
export function faceLabel(number, count) {
  return `Face ${number} of ${count}`;
}

/** @param {number} count */
export function photoCaption(count) {
  if (count === 0) return 'No face was found.';
  if (count === 1) return 'One face found.';
  return `${count} faces found. The marked one is looked at; choose another in the photo.`;
}

/** @param {{width: number, height: number}} from @param {{width: number, height: number}} to */
export function shrunkNote(from, to) {
  return `The photo was scaled down from ${from.width} × ${from.height} to ${to.width} × `
    + `${to.height} pixels first.`;
}

/** Rounded down, so that 100 % is said only of all pairs. @param {number} share */
function percent(share) {
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}

/**
 * How alike, in a word. Only the network's own same-person level earns a strong one; below
 * it the gallery's strangers are the measure or, where it has too few, that level again.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 */
export function verdict({ score, strangers }, threshold) {
  if (threshold !== null && score >= threshold) return 'Striking resemblance';
  const [some, slight] = strangers >= 0 ? [strangers >= 0.99, strangers >= 0.95]
    : [score >= 0.75 * (threshold ?? 1), score >= 0.5 * (threshold ?? 1)];
  if (some) return 'Some resemblance';
  return slight ? 'Slight resemblance' : 'Little resemblance';
}

/**
 * The score in a sentence, its number apart for emphasis.
 * @param {MatchedPerson} match
 * @returns {[before: string, number: string, after: string]}
 */
export function shareText({ score, strangers }) {
  if (strangers < 0) return ['Cosine ', score.toFixed(2), ', where 1 is the same picture'];
  const number = strangers >= 1 ? 'all' : percent(strangers);
  return ['Closer than ', number, `${strangers >= 1 ? '' : ' of'} pairs of strangers in this `
    + 'gallery'];
}

/**
 * The bar, 0..1. A third of it stands for a tenth of the pairs: 90, 99 and 99.9 %.
 * @param {MatchedPerson} match
 */
export function barLength({ score, strangers }) {
  const length = strangers >= 0 ? -Math.log10(Math.max(1 - strangers, 1e-3)) / 3 : score;
  return Math.min(1, Math.max(0.02, length));
}

/**
 * Whether even the nearest is not very much alike. Networks without a same-person level
 * are measured by the gallery's strangers.
 * @param {MatchedPerson} best
 * @param {number | null} threshold
 */
function isFar({ score, strangers }, threshold) {
  return threshold !== null ? score < threshold : strangers >= 0 && strangers < 0.99;
}

/** @param {MatchedPerson[]} matches @param {number | null} threshold */
export function resultHeading(matches, threshold) {
  const [best] = matches;
  if (!best) return 'The gallery is empty';
  return isFar(best, threshold)
    ? 'Nobody here looks very much like this face' : `Looks most like ${best.name}`;
}

/**
 * @param {MatchedPerson[]} matches
 * @param {number | null} threshold
 * @param {any} gallery  as it is offered
 */
export function resultText(matches, threshold, gallery) {
  const [best] = matches;
  if (!best) return 'Load a gallery with people in it.';
  return [
    isFar(best, threshold) ? `The nearest is ${best.name}.` : '',
    'These are the people of this gallery who come closest.',
    gallery?.adaptedFrom ? 'It was made from small pictures, which is less accurate.' : '',
  ].filter(Boolean).join(' ');
}

/** @param {MatchedPerson['photo']} photo */
export function credit({ author, licence }) {
  const parts = [author, licence].filter(Boolean);
  return parts.length ? `Photo: ${parts.join(' · ')}` : 'Photo: no author or licence recorded';
}

/**
 * The facts behind a card, as label and value.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 * @returns {[string, string][]}
 */
export function facts({ score, photo }, threshold) {
  /** @type {[string, string][]} */
  const list = [['Cosine', score.toFixed(4)]];
  if (threshold !== null) list.push(['Same person from', threshold.toFixed(2)]);
  list.push(['Photo', photo.file], ['Source', photo.source],
    ['Author', photo.author], ['Licence', photo.licence]);
  return list.filter(([, value]) => value);
}

/** @param {Offers} offers */
export function sources({ model, gallery }) {
  const words = [`Network: ${model.name}${model.licence ? ` (${model.licence})` : ''}.`];
  if (gallery) {
    words.push(`Gallery: ${gallery.name}, ${gallery.people} people, ${gallery.pictures
      ? `${gallery.photos} photos` : 'no photos'}.`);
  }
  if (gallery?.adaptedFrom) {
    words.push('It was made for this network from the small pictures of a gallery for '
      + 'another one, which is less accurate than photos.');
    if (gallery.unused) words.push(`In ${gallery.unused} of them no face was found.`);
  }
  return words.join(' ');
}

/**
 * A failure as what happened, what to do, and the actions that help.
 * @typedef {{title: string, text: string, actions: (keyof typeof ACTION_LABELS)[],
 *   code: string}} Explanation
 */

/** @returns {Explanation} */
export function explainNoFace() {
  return {
    title: 'No face found',
    text: 'Try a photo where the face is larger, in good light and not turned away. If the '
      + 'photo shows nothing but a face, use the whole picture.',
    actions: ['whole', 'choose'],
    code: '',
  };
}

/**
 * The chosen network has no gallery here.
 * @param {Offers | null} offers
 * @param {{stored?: boolean}} [added]  the network was added just now; stored: and kept
 * @returns {Explanation}
 */
export function explainNoGallery(offers, { stored } = {}) {
  const name = offers?.model.name ?? 'This network';
  const from = offers?.adaptable;
  const words = [];
  if (stored) words.push('It is kept on this device for your next visit.');
  if (stored === false) {
    words.push('There was no room to keep it: next time you would have to give it again.');
  }
  words.push(from ? `The gallery “${from.name}” was made with another network. `
    + `The ${from.photos} small pictures in it can be looked at again with this one. That is `
    + 'less accurate than a gallery made from the photos themselves.'
    : 'This site has no gallery for it.');
  return {
    title: stored === undefined ? `There is no gallery for ${name}` : `${name} is ready`,
    text: words.join(' '),
    actions: from ? ['adapt', 'site'] : ['site'],
    code: '',
  };
}

/** @type {Record<string, Omit<Explanation, 'code' | 'text'> & {text?: string}>} */
const STARTING = {
  HUM_ERROR_NETWORK: {
    title: 'The download did not finish',
    text: 'Check the connection and try again. What has arrived is kept.',
    actions: ['retry'],
  },
  HUM_ERROR_INTEGRITY: {
    title: 'A file of this site is damaged',
    text: 'It is not what it should be, so it is not used. Try again later; if that does '
      + 'not help, tell whoever runs this site.',
    actions: ['retry'],
  },
  HUM_ERROR_MEMORY: {
    title: 'Not enough memory',
    text: 'Close other tabs or programs and try again.',
    actions: ['retry'],
  },
  HUM_ERROR_BROWSER: { title: 'This browser cannot do it', actions: [] },
  HUM_ERROR_FILE: { title: 'A file is gone from this device', actions: ['site', 'weights'] },
};

/** @type {Record<string, Omit<Explanation, 'code' | 'text'> & {text?: string}>} */
const WEIGHTS = {
  HUM_ERROR_WEIGHTS: { title: 'These weights cannot be used', actions: ['weights', 'back'] },
  HUM_ERROR_MEMORY: {
    title: 'Not enough memory for these weights',
    text: 'Close other tabs or programs, or convert the file with tools/convert.mjs.',
    actions: ['weights', 'back'],
  },
};

/** @type {Record<string, Omit<Explanation, 'code' | 'text'> & {text?: string}>} */
const PHOTO = {
  HUM_ERROR_FILE: { title: 'This file is not a photo that works here', actions: ['choose'] },
  HUM_ERROR_FORMAT: {
    title: 'This photo is damaged',
    text: 'The file ends too early or has errors in it. Choose another photo, or save this '
      + 'one again in a picture program.',
    actions: ['choose'],
  },
  HUM_ERROR_UNSUPPORTED: {
    title: 'This kind of photo cannot be read',
    text: 'Save it as an ordinary JPEG or PNG and try again.',
    actions: ['choose'],
  },
  HUM_ERROR_LIMIT: { title: 'This photo is too large', actions: ['choose'] },
  HUM_ERROR_MEMORY: {
    title: 'Not enough memory for this photo',
    text: 'Close other tabs or programs, or choose a smaller photo.',
    actions: ['retry', 'choose'],
  },
  HUM_ERROR_BROWSER: { title: 'This browser cannot read this photo', actions: ['choose'] },
};

/**
 * @param {unknown} error
 * @param {'starting' | 'photo' | 'weights'} during
 * @returns {Explanation}
 */
export function explain(error, during) {
  const { code = 'error', message = String(error) } = /** @type {any} */ (error ?? {});
  const known = { photo: PHOTO, weights: WEIGHTS, starting: STARTING }[during][code]
    ?? STARTING[code] ?? {
    title: 'Something went wrong',
    text: 'Try again. If it happens again with the same file, please report it.',
    actions: { photo: ['retry', 'choose'], weights: ['weights', 'back'],
      starting: ['retry'] }[during],
  };
  return {
    title: known.title,
    text: known.text ?? message.charAt(0).toUpperCase() + message.slice(1),
    actions: known.actions,
    code: `${code}: ${message}`,
  };
}

export const ACTION_LABELS = {
  retry: 'Try again',
  whole: 'Use the whole picture as the face',
  choose: 'Choose another photo',
  weights: 'Choose another weights file',
  adapt: 'Use the small pictures',
  site: 'Use the site’s own network',
  back: 'Go on without it',
};

export const GIVEN = {
  folder: 'That was a folder. Choose a single photo.',
  nothing: 'There was no photo in that. Copy or drop a picture file.',
  address: 'That was the address of a picture on another site, and this page fetches '
    + 'nothing from elsewhere. Save the picture first, then choose it.',
  several: 'Those were several files; this is the first of them.',
};
