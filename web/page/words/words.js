/**
 * Which sentence the page says when. The sentences are in languages/. Numbers that the
 * reader is to compare with each other are formatted here as well.
 */

import { list, number, phrase, say, sayText } from './say.js';

/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('../../engine/humshakal.js').Offers} Offers */

/** @param {number} bytes */
export function megabytes(bytes) {
  return say('megabytes', { size: number(bytes / 1e6, 1) });
}

/**
 * @param {{total: number, missing: number, stored: boolean}} sizes
 * @param {boolean} ready  everything is here, if only for this visit
 */
export function downloadSize({ total, missing, stored }, ready) {
  if (stored) return say('downloadReady');
  if (ready || missing === 0) return say('downloadNotKept');
  const size = megabytes(missing);
  return missing === total ? say('downloadAll', { size }) : say('downloadRest', { size });
}

export const PROGRESS_TITLES = {
  photo: say('oneMoment'),
  start: say('oneMoment'),
  download: say('gettingReady'),
  convert: say('converting'),
  adapt: say('adapting'),
  photos: say('oneMoment'),
  faces: say('oneMoment'),
};

/** @param {import('../state.js').Step | null} progress */
export function progressText(progress) {
  if (!progress) return say('looking');
  const { phase, loaded, total, label } = progress;
  if (phase === 'start') return say('starting', { name: label });
  if (phase === 'convert') {
    return say('convertingShare', { file: label, share: Math.floor(100 * loaded) });
  }
  if (phase === 'photos') return say('photoOf', { number: loaded, count: total });
  if (phase === 'faces') return faceLabel(loaded, total);
  if (phase === 'adapt') return say('pictureOf', { number: loaded, count: total });
  return say('megabytesOf', { loaded: number(loaded / 1e6, 1), total: number(total / 1e6, 1) });
}

/** @param {any} model  one of the networks offered */
export function networkSize({ bytes, stored, own }) {
  const size = megabytes(bytes);
  if (own) return say('sizeOwn', { size });
  return stored ? say('sizeStored', { size }) : say('sizeToDownload', { size });
}

/** @param {number} multiplications @param {number | undefined} seconds */
export function networkSpeed(multiplications, seconds) {
  const billions = number(multiplications / 1e9, 1);
  return seconds === undefined ? say('multiplications', { billions })
    : say('multiplicationsTook', { billions, seconds: number(seconds, 2) });
}

/** What the picture of a result shows, for those who do not see it. @param {MatchedPerson[]} matches */
export function cardDescription(matches) {
  return say('cardShows', { names: matches.map(({ name }) => name).join(', ') });
}

/** @param {import('../share/result-link.js').SharedPerson} person  whose score nobody has checked */
export function sharedLine({ score, strangers }) {
  return say('sharedScore', { cosine: number(score, 2), share: percent(Math.max(0, strangers)) });
}

/** A link whose result cannot be shown. @param {unknown} error @returns {Explanation} */
export function explainLink(error) {
  return { title: say('badLink'), text: say('badLinkText'), actions: ['choose'],
    code: String(/** @type {any} */ (error)?.message ?? error) };
}

/** Since the page was ready. @param {import('../gate/gate.js').Traffic} traffic */
export function trafficText({ guarded, late, requests, sent, received, refused }) {
  return [
    requests ? say('trafficSome', { count: requests, sent, received: megabytes(received) })
      : say('trafficNone'),
    refused ? say('trafficRefused', { count: refused }) : '',
    guarded ? '' : say(late ? 'trafficUnguardedLate' : 'trafficUnguarded'),
  ].filter(Boolean).join(' ');
}

/** What a file of the site is called or says of itself. @param {string} text */
export function told(text) {
  return sayText(text) ?? text;
}

/** @param {any} gallery */
export function galleryName({ name, people, adaptedFrom }) {
  const values = { name: told(name), count: people };
  return adaptedFrom ? say('galleryNameSmall', values) : say('galleryName', values);
}

/** @param {number} number @param {number} count */
export function faceLabel(number, count) {
  return say('faceOf', { number, count });
}

/** @param {number} count @param {boolean} [all]  whether all of them are looked at */
export function photoCaption(count, all = false) {
  return count === 0 ? say('noFaceFound') : say(all ? 'everyoneFound' : 'facesFound', { count });
}

/** @param {{width: number, height: number}} from @param {{width: number, height: number}} to */
export function shrunkNote(from, { width, height }) {
  return say('shrunk', { fromWidth: from.width, fromHeight: from.height, width, height });
}

/** Why a photo of several is not used. */
export const LEFT_OUT = {
  other: say('leftOther'),
  'no-face': say('leftNoFace'),
  unreadable: say('leftUnreadable'),
  off: say('leftOff'),
};

/**
 * Several photos of one person: how many are used, and how steady the result is.
 * @param {number} unseen
 * @param {import('../several/several.js').Together} together
 */
export function togetherText(unseen, { photos, judged, steady }) {
  const used = photos.filter(({ verdict: is }) => is === 'used').length;
  return [
    say('severalUsed', { used, count: photos.length }),
    unseen ? say('severalUnseen', { count: unseen }) : '',
    judged ? '' : say('severalUnjudged'),
    !steady ? say('steadyUnknown') : steady.stay === steady.of ? say('steadyAll')
      : steady.stay ? say('steadySome', steady) : say('steadyNone'),
  ].filter(Boolean).join(' ');
}

/** @type {Record<import('../why/occlusion.js').Part | 'edges', string>} */
export const PARTS = {
  forehead: say('partForehead'),
  eyes: say('partEyes'),
  nose: say('partNose'),
  cheeks: say('partCheeks'),
  mouth: say('partMouth'),
  chin: say('partChin'),
  edges: say('partEdges'),
};

/**
 * What the picture of the parts says, in words.
 * @param {ReturnType<typeof import('../why/occlusion.js').leadingParts> | null} leading  null: where the
 *   parts are is not known
 * @param {boolean} early  not everything was tried
 */
export function whyWords(leading, early) {
  if (!leading) return say('whyUnknown');
  const names = (/** @type {(keyof typeof PARTS)[]} */ parts) => list(
    parts.map((part) => PARTS[part]));
  const { kind, parts, against } = leading;
  return [
    kind === 'parts' ? say('whyMostly', { parts: names(parts) })
      : say({ none: /** @type {const} */ ('whyNone'), all: /** @type {const} */ ('whyAll'),
        elsewhere: /** @type {const} */ ('whyElsewhere') }[kind]),
    against.length ? say('whyAgainst', { parts: names(against) }) : '',
    early ? say('whyEarly') : '',
  ].filter(Boolean).join(' ');
}

/** @type {Record<string, string>} why there is no camera, by the name of the exception */
const CAMERA_FAILURES = {
  NotAllowedError: say('cameraRefused'),
  NotFoundError: say('cameraNone'),
  OverconstrainedError: say('cameraNone'),
  NotReadableError: say('cameraBusy'),
  AbortError: say('cameraBusy'),
  ended: say('cameraEnded'),
  insecure: say('cameraInsecure'),
};

/** @param {string} failure */
export function cameraFailure(failure) {
  return CAMERA_FAILURES[failure] ?? say('cameraUnknown');
}

/** Rounded down, so that nothing is promised beyond it. @param {number} share */
function percent(share) {
  return say('percent', { share: number(Math.floor(share * 1000) / 10, 1) });
}

/**
 * Whether somebody can be said to look like the face: what the gallery tells of strangers
 * decides or, where it has too few people for that, the network's same-person level.
 * @param {MatchedPerson} best
 * @param {number | null} threshold
 */
function isAlike({ score, alike }, threshold) {
  return alike ?? (threshold === null || score >= threshold);
}

/**
 * How alike, in a word.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 */
export function verdict(match, threshold) {
  const { score, strangers, alike } = match;
  if (alike ?? (threshold !== null && score >= threshold)) return say('striking');
  const [some, slight] = strangers >= 0 ? [strangers >= 0.99, strangers >= 0.95]
    : [score >= 0.75 * (threshold ?? 1), score >= 0.5 * (threshold ?? 1)];
  if (some) return say('some');
  return slight ? say('slight') : say('little');
}

/**
 * The score in a sentence, in pieces.
 * @template [T=string]
 * @param {MatchedPerson} match
 * @param {(number: string) => T} emphasise  makes the piece that the eye should find
 */
export function shareText({ score, strangers }, emphasise) {
  return strangers < 0 ? phrase('cosineIs', { cosine: emphasise(number(score, 2)) })
    : phrase('closerThan', { share: emphasise(percent(strangers)) });
}

/**
 * The bar, 0..1. A third of it stands for a tenth of the strangers: 90, 99 and 99.9 %.
 * @param {MatchedPerson} match
 */
export function barLength({ score, strangers }) {
  const length = strangers >= 0 ? -Math.log10(Math.max(1 - strangers, 1e-3)) / 3 : score;
  return Math.min(1, Math.max(0.02, length));
}

/**
 * Whether these are only the nearest, and nobody looks much like the face.
 * @param {MatchedPerson[]} matches
 * @param {number | null} threshold
 */
export function onlyNearest([best], threshold) {
  return best !== undefined && !isAlike(best, threshold);
}

/** @param {MatchedPerson[]} matches @param {number | null} threshold */
export function resultHeading(matches, threshold) {
  const [best] = matches;
  if (!best) return say('galleryEmpty');
  return onlyNearest(matches, threshold) ? say('nobody')
    : say('looksMostLike', { name: best.name });
}

/**
 * @param {MatchedPerson[]} matches
 * @param {number | null} threshold
 * @param {any} gallery  as it is offered
 */
export function resultText(matches, threshold, gallery) {
  const [best] = matches;
  if (!best) return say('galleryEmptyText');
  return [
    onlyNearest(matches, threshold) ? say('onlyNearest', { name: best.name })
      : say('theseComeClosest'),
    best.nearest < 0 ? ''
      : say('othersNearer', { count: Math.min(99, Math.max(1, Math.round(100 * (1 - best.nearest)))) }),
    gallery?.adaptedFrom ? say('fromSmallPictures') : '',
  ].filter(Boolean).join(' ');
}

/** @param {{author: string, licence: string}} photo */
export function credit({ author, licence }) {
  return say('photoCredit',
    { credit: [author, licence].filter(Boolean).join(' · ') || say('noCredit') });
}

/**
 * The facts behind a card, as label and value.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 * @returns {[string, string][]}
 */
export function facts({ score, photo }, threshold) {
  /** @type {[string, string][]} */
  const list = [[say('cosine'), number(score, 4)]];
  if (threshold !== null) list.push([say('sameFrom'), number(threshold, 2)]);
  list.push([say('photoFile'), photo.file], [say('source'), photo.source],
    [say('author'), photo.author], [say('licence'), photo.licence]);
  return list.filter(([, value]) => value);
}

/** @param {Offers} offers */
export function sources({ model, gallery }) {
  const { name, licence } = model;
  const words = [licence ? say('networkUsedLicence', { name, licence })
    : say('networkUsed', { name })];
  if (gallery) {
    const { people, pictures, photos: count } = gallery;
    words.push(say('galleryUsed', { name: told(gallery.name), count: people,
      photos: pictures ? say('photos', { count }) : say('noPhotos') }));
  }
  if (gallery?.adaptedFrom) {
    words.push(say('adaptedFrom'));
    if (gallery.unused) words.push(say('adaptedUnused', { count: gallery.unused }));
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
    title: say('noFace'),
    text: say('noFaceText'),
    actions: ['whole', 'choose'],
    code: '',
  };
}

/** @returns {Explanation} */
export function explainNoFaceInAny() {
  return { title: say('noFace'), text: say('noFaceInAny'), actions: ['choose'], code: '' };
}

/**
 * The chosen network has no gallery here.
 * @param {Offers | null} offers
 * @param {{stored?: boolean}} [added]  the network was added just now; stored: and kept
 * @returns {Explanation}
 */
export function explainNoGallery(offers, { stored } = {}) {
  const name = offers?.model.name ?? say('thisNetwork');
  const from = offers?.adaptable;
  const words = [];
  if (stored) words.push(say('networkKept'));
  if (stored === false) words.push(say('networkNotKept'));
  words.push(from ? say('adaptable', { name: told(from.name), count: from.photos })
    : say('noGalleryHere'));
  return {
    title: stored === undefined ? say('noGallery', { name }) : say('networkReady', { name }),
    text: words.join(' '),
    actions: from ? ['adapt', 'site'] : ['site'],
    code: '',
  };
}

/**
 * What was given is nothing that can be looked at.
 * @param {string} text
 * @returns {Explanation}
 */
export function explainGiven(text) {
  return { title: say('badFile'), text, actions: ['choose'], code: '' };
}

/**
 * What is said of a failure by its code. Without a text the failure's own message is said.
 * @typedef {Omit<Explanation, 'code' | 'text'> & {text?: string}} Known
 */

/** @type {Record<string, Known>} */
const STARTING = {
  HUM_ERROR_NETWORK: {
    title: say('noDownload'), text: say('noDownloadText'), actions: ['retry'],
  },
  HUM_ERROR_INTEGRITY: {
    title: say('damagedSite'), text: say('damagedSiteText'), actions: ['retry'],
  },
  HUM_ERROR_MEMORY: { title: say('noMemory'), text: say('noMemoryText'), actions: ['retry'] },
  HUM_ERROR_BROWSER: { title: say('noBrowser'), actions: [] },
  HUM_ERROR_FILE: { title: say('fileGone'), actions: ['site', 'weights'] },
};

/** @type {Record<string, Known>} */
const WEIGHTS = {
  HUM_ERROR_WEIGHTS: { title: say('badWeights'), actions: ['weights', 'back'] },
  HUM_ERROR_MEMORY: {
    title: say('noMemoryWeights'),
    text: say('noMemoryWeightsText'),
    actions: ['weights', 'back'],
  },
};

/** @type {Record<string, Known>} */
const PHOTO = {
  HUM_ERROR_FILE: { title: say('badFile'), actions: ['choose'] },
  HUM_ERROR_FORMAT: {
    title: say('damagedPhoto'), text: say('damagedPhotoText'), actions: ['choose'],
  },
  HUM_ERROR_UNSUPPORTED: {
    title: say('unsupportedPhoto'), text: say('unsupportedPhotoText'), actions: ['choose'],
  },
  HUM_ERROR_LIMIT: { title: say('largePhoto'), actions: ['choose'] },
  HUM_ERROR_MEMORY: {
    title: say('noMemoryPhoto'), text: say('noMemoryPhotoText'), actions: ['retry', 'choose'],
  },
  HUM_ERROR_BROWSER: { title: say('noBrowserPhoto'), actions: ['choose'] },
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
    title: say('wrong'),
    text: say('wrongText'),
    actions: { photo: ['retry', 'choose'], weights: ['weights', 'back'],
      starting: ['retry'] }[during],
  };
  return {
    title: known.title,
    text: known.text ?? reason(code, message),
    actions: known.actions,
    code: `${code}: ${message}`,
  };
}

/**
 * An error's own message, where this language has it; else what is true of all of its code.
 * @param {string} code
 * @param {string} message
 */
function reason(code, message) {
  return sayText(message.charAt(0).toUpperCase() + message.slice(1)) ?? sayText(code) ?? '';
}

export const ACTION_LABELS = {
  retry: say('retry'),
  whole: say('whole'),
  choose: say('choose'),
  weights: say('chooseWeights'),
  adapt: say('adapt'),
  site: say('site'),
  stored: say('useStored'),
  back: say('back'),
  last: say('backToResult'),
};

export const GIVEN = {
  folder: say('givenFolder'),
  nothing: say('givenNothing'),
  address: say('givenAddress'),
};
