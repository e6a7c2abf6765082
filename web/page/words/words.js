/**
 * Which sentence the page says when. The sentences are in languages/. Numbers that the
 * reader is to compare with each other are formatted here as well.
 */

import { list, number, say, sayText } from './say.js';

/** @typedef {import('../../engine/humshakal.js').MatchedPerson} MatchedPerson */
/** @typedef {import('../../engine/humshakal.js').Offers} Offers */

/** @param {number} bytes */
export function megabytes(bytes) {
  return say('megabytes', { size: number(bytes / 1e6, 1) });
}

/**
 * @param {Pick<Offers, 'total' | 'missing' | 'stored' | 'better'>} sizes
 * @param {boolean} ready  everything is here, if only for this visit
 */
export function downloadSize({ total, missing, stored, better }, ready) {
  const size = megabytes(missing);
  const first = stored ? say('downloadReady')
    : ready || missing === 0 ? say('downloadNotKept')
      : say(missing === total ? 'downloadAll' : 'downloadRest', { size });
  return better ? `${first} ${say('downloadBetter', { size: megabytes(better.missing) })}` : first;
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

/** @param {number} seconds */
export function duration(seconds) {
  if (seconds < 10) return say('secondsAbout', { count: Math.max(1, Math.round(seconds)) });
  if (seconds < 55) return say('secondsAbout', { count: 5 * Math.round(seconds / 5) });
  return say('minutesAbout', { count: Math.max(1, Math.round(seconds / 60)) });
}

/** @param {{loaded: number, total: number}} bytes @param {number | null} seconds  left */
function bytesText({ loaded, total }, seconds) {
  const done = say('megabytesOf',
    { loaded: number(loaded / 1e6, 1), total: number(total / 1e6, 1) });
  return seconds === null ? done : say('megabytesLeft', { done, left: duration(seconds) });
}

/**
 * @param {import('../state.js').Step | null} progress
 * @param {number | null} [seconds]  left, of a download
 */
export function progressText(progress, seconds = null) {
  if (!progress) return say('looking');
  const { phase, loaded, total, label } = progress;
  if (phase === 'start') return say('starting', { name: label });
  if (phase === 'convert') {
    return say('convertingShare', { file: label, share: Math.floor(100 * loaded) });
  }
  if (phase === 'photos') return say('photoOf', { number: loaded, count: total });
  if (phase === 'faces') return faceLabel(loaded, total);
  if (phase === 'adapt') return say('pictureOf', { number: loaded, count: total });
  return bytesText(progress, seconds);
}

/**
 * @param {import('../refine/refine.js').Refining} refining
 * @param {number | null} seconds  left
 */
export function refineText({ phase, bytes, progress, changed }, seconds) {
  if (phase === 'done') return changed;
  if (phase === 'asked') return say('refineAsked', { size: megabytes(bytes) });
  if (phase === 'failed') return say('refineFailed');
  return progress?.phase === 'download'
    ? say('refineGoing', { progress: bytesText(progress, seconds) }) : say('refineStarting');
}

/**
 * What the accurate network has changed.
 * @param {{matches: {name: string}[], everyone: {match: {name: string}}[]}} before
 * @param {typeof before} after  of the same faces
 */
export function refineChange(before, after) {
  if (after.everyone.length) {
    const count = after.everyone.filter(({ match }, i) => (
      match.name !== before.everyone[i]?.match.name)).length;
    return count ? say('refinedFaces', { count, all: after.everyone.length }) : say('refinedNoFace');
  }
  const [old] = before.matches;
  const [now] = after.matches;
  if (old?.name !== now?.name) return say('refinedFirst', { name: now.name, old: old.name });
  const count = after.matches.filter(({ name }) => (
    !before.matches.some((one) => one.name === name))).length;
  return count ? say('refinedOthers', { name: now.name, count })
    : say('refinedSame', { name: now.name });
}

/** @param {{name: string, use?: 'fast' | 'accurate' | null}} model */
export function networkName({ name, use }) {
  return use ? say(use) : name;
}

/** @param {any} model  one of the networks offered */
export function networkSize({ download, stored, own }) {
  const size = megabytes(download);
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

/** Less of a face in the photo, and a score below: both are worth a word. Of faces in the
 * photos measured the least score is 0.80, of what is none the most but for one 0.78
 * (tools/measure/faces.mjs; README of models). */
const CUT = 0.85;
const DOUBTFUL = 0.75;

/** Whether it may be none. @param {{score: number}} face */
export function isDoubtful({ score }) {
  return score < DOUBTFUL;
}

/** What makes a result uncertain. @param {import('../../engine/humshakal.js').Face} face */
export function faceDoubts({ inside = 1, score }) {
  return [
    isDoubtful({ score }) ? say('faceDoubtful') : '',
    inside < CUT ? say('faceCut', { share: say('percent', { share: number(Math.round(inside * 20) * 5, 0) }) }) : '',
  ].filter(Boolean).join(' ');
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
 * Whether somebody can be said to look like the face: the engine tells or, where it cannot,
 * the network's same-person level.
 * @param {MatchedPerson} best
 * @param {number | null} threshold
 * @param {boolean} unknown  what is said where there is no such level
 */
function isAlike({ score, alike }, threshold, unknown) {
  return alike ?? (threshold === null ? unknown : score >= threshold);
}

/**
 * How alike: which of four words, and how far beyond it, 0..1. A first match that is alike
 * has the last word, whatever the shares are.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 * @returns {{word: 0 | 1 | 2 | 3, beyond: number}}
 */
function likeness(match, threshold) {
  const { score, strangers } = match;
  const level = threshold ?? 0.5;
  if (isAlike(match, threshold, false)) return { word: 3, beyond: (score - level) / (1 - level) };
  if (strangers < 0) {
    const share = score / level;
    if (share >= 0.75) return { word: 2, beyond: (share - 0.75) / 0.25 };
    return share >= 0.5 ? { word: 1, beyond: (share - 0.5) / 0.25 } : { word: 0, beyond: share / 0.5 };
  }
  if (strangers >= 0.99) return { word: 2, beyond: (strangers - 0.99) / 0.01 };
  return strangers >= 0.95 ? { word: 1, beyond: (strangers - 0.95) / 0.04 }
    : { word: 0, beyond: strangers / 0.95 };
}

const VERDICTS = [say('little'), say('slight'), say('some'), say('striking')];

/**
 * How alike, in a word.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 */
export function verdict(match, threshold) {
  return VERDICTS[likeness(match, threshold).word];
}

/**
 * The same as a bar, 0..1: a quarter for each word.
 * @param {MatchedPerson} match
 * @param {number | null} threshold
 */
export function barLength(match, threshold) {
  const { word, beyond } = likeness(match, threshold);
  return Math.max(0.02, (word + Math.min(1, Math.max(0, beyond))) / VERDICTS.length);
}

/** The score in a sentence. @param {MatchedPerson} match */
export function shareText({ score, strangers }) {
  return strangers < 0 ? say('cosineIs', { cosine: number(score, 2) })
    : say('closerThan', { share: percent(strangers) });
}

/**
 * Whether these are only the nearest, and nobody looks much like the face.
 * @param {MatchedPerson[]} matches
 * @param {number | null} threshold
 */
export function onlyNearest([best], threshold) {
  return best !== undefined && !isAlike(best, threshold, true);
}

/** @param {MatchedPerson[]} matches @param {number | null} threshold */
export function resultHeading(matches, threshold) {
  const [best] = matches;
  if (!best) return say('galleryEmpty');
  return say(onlyNearest(matches, threshold) ? 'closest' : 'looksMostLike', { name: best.name });
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
    say(onlyNearest(matches, threshold) ? 'onlyNearest' : 'theseComeClosest'),
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
 * @param {boolean} first  the best of all
 * @returns {[string, string][]}
 */
export function facts({ score, strangers, nearest, photo }, threshold, first) {
  /** @type {[string, string][]} */
  const list = [];
  if (strangers >= 0) list.push([say('closerThanTerm'), say('ofStrangers', { share: percent(strangers) })]);
  if (first && nearest >= 0) {
    const count = Math.min(99, Math.max(1, Math.round(100 * (1 - nearest))));
    list.push([say('othersNearerTerm'), say('ofOthers', { count })]);
  }
  list.push([say('cosine'), number(score, 4)]);
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

/** A picture that the visitor may not have sent. @returns {Explanation} */
export function explainArrived() {
  return { title: say('arrived'), text: say('arrivedText'), actions: ['arrived', 'back'], code: '' };
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
  HUM_ERROR_GALLERY: { title: say('badGallery'), text: say('badGalleryText'), actions: ['back'] },
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
  arrived: say('arrivedTake'),
  last: say('backToResult'),
};

export const GIVEN = {
  folder: say('givenFolder'),
  nothing: say('givenNothing'),
  address: say('givenAddress'),
};
