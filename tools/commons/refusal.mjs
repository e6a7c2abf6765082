/** Why something is not taken. Every refusal is named, and counted by these words. */

export const REASONS = {
  notFound: 'not found on Commons',
  odd: 'a reply that makes no sense',
  noLicence: 'no licence is given',
  notFree: 'not one of the free licences',
  limited: 'non-commercial or no derivatives',
  licenceLink: 'the licence and its link do not agree',
  noAuthor: 'no author is named',
  disputed: 'not reviewed yet, or disputed',
  kind: 'not a JPEG or PNG picture',
  small: 'the picture is too small',
  large: 'the file is too large',
  taken: 'already shown as somebody else',
  lost: 'could not be downloaded',
  broken: 'a broken picture',
  noFace: 'no face',
  smallFace: 'the face is too small or unclear',
  faces: 'several faces',
  outlier: 'another face than the other photos show',
  alone: 'no other photo to compare it with',
  leftOut: 'left out',
  noName: 'no name in the languages of the list',
  noPhoto: 'no photo is left',
};

/** One thing is not taken; the run goes on. */
export class Refusal extends Error {
  /** @param {keyof typeof REASONS} reason @param {string} [detail] */
  constructor(reason, detail = '') {
    super(detail ? `${REASONS[reason]} (${detail})` : REASONS[reason]);
    this.reason = reason;
    this.detail = detail;
  }
}

/** The run cannot go on. The message says why and what to do. */
export class Stop extends Error {}
