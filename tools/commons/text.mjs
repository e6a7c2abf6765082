/** Text from outside: made plain before it is kept, shown or used as a name. */

/** @type {Record<string, string>} */
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', ndash: '–',
  mdash: '—', copy: '©', reg: '®', middot: '·', hellip: '…' };

/** Elements whose content nobody sees. */
const UNSEEN = new Set(['script', 'style', 'template', 'noscript']);
/** Elements that have no end tag. */
const VOID = new Set(['br', 'hr', 'img', 'input', 'link', 'meta', 'wbr', 'area', 'col', 'source']);
/** Elements that no word goes across. */
const APART = /^(br|p|div|li|ul|ol|td|tr|table|h[1-6]|dd|dt)$/;

/** Control characters, and those that turn the direction of the text around them. */
const CONTROL = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff]+/gu;

/** More of it than any credit needs is not even looked at. */
const LONGEST_HTML = 20_000;

/**
 * One line without control characters, of at most so many characters.
 * @param {string} text
 * @param {number} [most]
 */
export function oneLine(text, most = 200) {
  const line = text.replace(/\p{Surrogate}/gu, '\ufffd') // halves of characters
    .replace(CONTROL, ' ').replace(/\s+/gu, ' ').trim();
  const characters = Array.from(line);
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : line;
}

/** @param {string} text  outside of tags */
function decode(text) {
  return text.replace(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w{2,8}));/gi,
    (whole, decimal, hex, name) => {
      if (name) return ENTITIES[name.toLowerCase()] ?? whole;
      const code = decimal ? Number(decimal) : parseInt(hex, 16);
      return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '';
    });
}

/**
 * The words that a reader of some HTML would see. The result is text: what looks like a tag
 * in it was written as text, and must be shown as such.
 * @param {string} html
 */
export function plainText(html) {
  let text = '';
  /** @type {string[]} the unseen element that we are in, and those inside it */
  const unseen = [];
  // A comment, a tag, text, or a lone "<". Nothing is looked at twice, whatever it holds.
  const parts = /<!--[^]*?(?:-->|$)|<(\/?)([a-z][a-z\d]*)([^<>]*)>|[^<]+|</gi;
  for (const [part, end, tag, attributes] of html.slice(0, LONGEST_HTML).matchAll(parts)) {
    const name = tag?.toLowerCase();
    if (part.startsWith('<!--')) continue;
    if (!name) {
      if (!unseen.length) text += decode(part);
      continue;
    }
    if (APART.test(name)) text += ' ';
    if (end) {
      const at = unseen.lastIndexOf(name);
      if (at >= 0) unseen.length = at;
    } else if (!VOID.has(name) && (unseen.length || UNSEEN.has(name)
      || /display\s*:\s*none/i.test(attributes))) {
      unseen.push(name);
    }
  }
  return oneLine(text);
}

/** How a name is compared: without case, marks and punctuation. @param {string} name */
export function comparable(name) {
  return name.normalize('NFKD').replace(/\p{M}+/gu, '').toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** A person's name as that of a folder: at most 220 bytes of 255. @param {string} name */
export function folderName(name) {
  return oneLine(name.normalize('NFC'), 55).replace(/[/\\:*?"<>|]/g, '-').replace(/^[.\s-]+/, '');
}
