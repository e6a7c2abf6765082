/**
 * What the page says, apart from the fixed text in index.html. Numbers that the reader is
 * to compare with each other are formatted here as well.
 */

/** @typedef {import('./humshakal.js').MatchedPerson} MatchedPerson */

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

/** @param {import('./humshakal.js').Progress | null} progress */
export function progressText(progress) {
  if (!progress) return 'Looking at the photo';
  if (progress.phase === 'start') return `Starting ${progress.label}`;
  const { loaded, total } = progress;
  return `${(loaded / 1e6).toFixed(1)} of ${megabytes(total)}`;
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

/** @param {MatchedPerson[]} matches @param {number | null} threshold */
export function resultHeading(matches, threshold) {
  const [best] = matches;
  if (!best) return 'The gallery is empty';
  return threshold !== null && best.score < threshold
    ? 'Nobody here looks very much like this face' : `Looks most like ${best.name}`;
}

/** @param {MatchedPerson[]} matches @param {number | null} threshold */
export function resultText(matches, threshold) {
  const [best] = matches;
  if (!best) return 'Load a gallery with people in it.';
  return threshold !== null && best.score < threshold
    ? `The nearest is ${best.name}. These are the people of this gallery who come closest.`
    : 'These are the people of this gallery who come closest.';
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

/** @param {{model: any, gallery: any}} sizes */
export function sources({ model, gallery }) {
  const words = [`Network: ${model.name}${model.licence ? ` (${model.licence})` : ''}.`];
  if (model.accuracy) words.push(model.accuracy);
  if (gallery) {
    words.push(`Gallery: ${gallery.name}, ${gallery.people} people, ${gallery.photos} photos.`);
  }
  return words.join(' ');
}

/**
 * A failure as what happened, what to do, and the actions that help.
 * @typedef {{title: string, text: string, actions: ('retry' | 'whole' | 'choose')[],
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
 * @param {'starting' | 'photo'} during
 * @returns {Explanation}
 */
export function explain(error, during) {
  const { code = 'error', message = String(error) } = /** @type {any} */ (error ?? {});
  const known = (during === 'photo' ? PHOTO[code] : STARTING[code]) ?? STARTING[code] ?? {
    title: 'Something went wrong',
    text: 'Try again. If it happens again with the same photo, please report it.',
    actions: during === 'photo' ? ['retry', 'choose'] : ['retry'],
  };
  return {
    title: known.title,
    text: known.text ?? message,
    actions: known.actions,
    code: `${code}: ${message}`,
  };
}

export const ACTION_LABELS = {
  retry: 'Try again',
  whole: 'Use the whole picture as the face',
  choose: 'Choose another photo',
};

export const GIVEN = {
  folder: 'That was a folder. Choose a single photo.',
  nothing: 'There was no photo in that. Copy or drop a picture file.',
  address: 'That was the address of a picture on another site, and this page fetches '
    + 'nothing from elsewhere. Save the picture first, then choose it.',
  several: 'Those were several files; this is the first of them.',
};
