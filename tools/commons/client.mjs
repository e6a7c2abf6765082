/**
 * Asks Wikimedia's servers as they want to be asked (https://www.mediawiki.org/wiki/API:Etiquette,
 * https://wikitech.wikimedia.org/wiki/Robot_policy): one request after the other, saying who
 * asks, stepping back when they are busy. Nothing is fetched from any other server.
 */

import { setTimeout as sleep } from 'node:timers/promises';
import { Refusal, Stop } from './refusal.mjs';
import { oneLine } from './text.mjs';

const ATTEMPTS = 8;
/** While no server has answered yet: there may be no network at all. */
const FIRST_ATTEMPTS = 2;
const REDIRECTS = 4;
const BACK_OFF = 2_000;
/** Longer than this nobody waits in front of a terminal; what is there is kept. */
const LONGEST_WAIT = 600_000;
const MAX_JSON = 64 << 20;
/** After so many photos in a row that the server fails at, it is not the photos. */
const FAILURES_IN_A_ROW = 5;
/** Errors of the API that pass. */
const PASSING = /^(maxlag|ratelimited|readonly|internal_api_error)/;

/** @typedef {{query: string, wikidata: string, commons: string, origins: string[]}} Endpoints */

/** @param {string} [base]  a server that stands in for all of Wikimedia's; for tests */
export function endpoints(base) {
  if (base) {
    return { query: `${base}/sparql`, wikidata: `${base}/wikidata/w/api.php`,
      commons: `${base}/commons/w/api.php`, origins: [new URL(base).origin] };
  }
  return { query: 'https://query.wikidata.org/sparql',
    wikidata: 'https://www.wikidata.org/w/api.php',
    commons: 'https://commons.wikimedia.org/w/api.php',
    origins: ['https://query.wikidata.org', 'https://www.wikidata.org',
      'https://commons.wikimedia.org', 'https://upload.wikimedia.org'] };
}

/** The server may be asked again. */
class Passing extends Error {
  /** @param {string} message @param {{retryAfter?: string | null, busy?: boolean}} [options] */
  constructor(message, { retryAfter = null, busy = false } = {}) {
    super(message);
    /** Milliseconds that the server asks for. */
    this.asked = retryAfter === null ? 0 : waitAsked(retryAfter);
    this.busy = busy;
  }
}

/** @param {string} header  seconds, or a date */
function waitAsked(header) {
  const wait = /^\s*\d+\s*$/.test(header) ? 1000 * Number(header) : Date.parse(header) - Date.now();
  return Number.isFinite(wait) ? Math.max(0, wait) : 0;
}

/**
 * @typedef {object} ClientOptions
 * @property {Endpoints} endpoints
 * @property {string | undefined} contact  a mail or web address of whoever runs this
 * @property {number} [pause]    milliseconds between two requests
 * @property {number} [timeout]  milliseconds for one request
 * @property {(milliseconds: number) => Promise<unknown>} [wait]
 * @property {(line: string) => void} [say]
 */

export class Client {
  #options;
  #answered = false;
  #failures = 0;

  /** @param {ClientOptions} options */
  constructor({ pause = 250, timeout = 90_000, wait = sleep, say = () => {}, ...options }) {
    this.#options = { pause, timeout, wait, say, ...options };
  }

  /**
   * @param {'query' | 'wikidata' | 'commons'} server
   * @param {Record<string, string>} parameters
   * @returns {Promise<any>}
   */
  async ask(server, parameters) {
    const url = new URL(this.#options.endpoints[server]);
    // maxlag: while the servers lag behind, they come before us.
    const rest = server === 'query' ? {} : { formatversion: '2', maxlag: '5' };
    const all = { format: 'json', ...rest, ...parameters };
    for (const [key, value] of Object.entries(all)) url.searchParams.set(key, value);
    return this.#insist(url, async () => {
      const { response, bytes } = await this.#get(url, MAX_JSON).catch((error) => {
        throw error instanceof Refusal ? new Stop(`${url.host}: ${error.message}`) : error;
      });
      let reply;
      try {
        reply = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
      } catch {
        throw new Passing('the answer is no JSON');
      }
      if (reply === null || typeof reply !== 'object') throw new Passing('the answer is no object');
      if (!reply.error) return reply;
      const { code, info } = reply.error;
      const message = `the server says: ${oneLine(`${code}: ${info}`)}`;
      if (!PASSING.test(String(code))) throw new Stop(`${url.host}: ${message}`);
      throw new Passing(message, { retryAfter: response.headers.get('retry-after') });
    });
  }

  /**
   * A file. What is wrong with this one file is a Refusal.
   * @param {string} address
   * @param {number} limit  bytes
   */
  async download(address, limit) {
    const url = new URL(address);
    try {
      const { bytes } = await this.#insist(url, () => this.#get(url, limit));
      this.#failures = 0;
      return bytes;
    } catch (error) {
      if (!(error instanceof Stop) || !(error.cause instanceof Passing) || error.cause.busy
        || !this.#answered) throw error;
      this.#failures += 1;
      if (this.#failures === FAILURES_IN_A_ROW) throw error;
      throw new Refusal('lost', error.cause.message);
    }
  }

  /**
   * Tries until it succeeds or fails for good.
   * @template T
   * @param {URL} url
   * @param {() => Promise<T>} request
   * @returns {Promise<T>}
   */
  async #insist(url, request) {
    const { wait, pause, say } = this.#options;
    for (let attempt = 1; ; attempt += 1) {
      await wait(pause);
      try {
        return await request();
      } catch (error) {
        if (!(error instanceof Passing)) throw error;
        const delay = Math.max(error.asked, BACK_OFF * 2 ** (attempt - 1));
        if (attempt >= (this.#answered ? ATTEMPTS : FIRST_ATTEMPTS)) {
          throw new Stop(this.#answered
            ? `${url.host} does not answer as it should: ${error.message}. What is there is kept; `
              + 'run this again later and it goes on from there.'
            : `${url.host} cannot be reached: ${error.message}. Is there a network? What is `
              + 'there is kept; run this again where there is one.', { cause: error });
        }
        if (delay > LONGEST_WAIT) {
          throw new Stop(`${url.host} asks to be left alone for ${Math.ceil(delay / 60_000)} `
            + 'minutes. What is there is kept; run this again after that.');
        }
        say(`${url.host}: ${error.message}; asking again in ${Math.ceil(delay / 1000)} s`);
        await wait(delay);
      }
    }
  }

  /** @param {URL} start @param {number} limit */
  async #get(start, limit) {
    const { origins } = this.#options.endpoints;
    let url = start;
    for (let redirects = 0; redirects <= REDIRECTS; redirects += 1) {
      if (!origins.includes(url.origin)) throw new Refusal('lost', `it leads to ${url.origin}`);
      const response = await this.#fetch(url);
      const { status, headers } = response;
      if (status >= 300 && status < 400) {
        await response.body?.cancel();
        const target = URL.canParse(headers.get('location') ?? '', url);
        if (!target) throw new Passing(`status ${status} without an address`);
        url = new URL(headers.get('location') ?? '', url);
        continue;
      }
      if (status !== 200) {
        await response.body?.cancel();
        if (status === 429 || status >= 500) {
          throw new Passing(`status ${status}`,
            { retryAfter: headers.get('retry-after'), busy: status === 429 });
        }
        if (start.pathname.endsWith('/api.php') || start.pathname.endsWith('/sparql')) {
          throw new Stop(`${url.host} refuses with status ${status}. Is the contact a true one, `
            + 'and is this the newest version of the tool?');
        }
        throw new Refusal('lost', `status ${status}`);
      }
      return { response, bytes: await readBody(response, limit) };
    }
    throw new Refusal('lost', `more than ${REDIRECTS} redirects`);
  }

  /** @param {URL} url */
  async #fetch(url) {
    const { contact, timeout } = this.#options;
    if (!contact || !/^[\x20-\x7e]{5,200}$/.test(contact) || !/@|https?:\/\//.test(contact)) {
      throw new Stop('Wikimedia asks whoever runs a program to say how to be reached. Give a mail '
        + 'or web address with --contact or in HUMSHAKAL_CONTACT; it is sent to Wikimedia only.');
    }
    try {
      const response = await fetch(url, {
        redirect: 'manual',
        signal: AbortSignal.timeout(timeout),
        headers: { 'User-Agent': `Humshakal/0.1 (${contact}) Node.js/${process.versions.node}` },
      });
      this.#answered = true;
      return response;
    } catch (error) {
      throw new Passing(reasonOf(error));
    }
  }
}

/** @param {Response} response @param {number} limit */
async function readBody(response, limit) {
  const parts = [];
  let size = 0;
  try {
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > limit) throw new Refusal('large', `more than ${limit >> 20} MB`);
      parts.push(part);
    }
  } catch (error) {
    if (error instanceof Refusal) throw error;
    throw new Passing(reasonOf(error));
  }
  return Buffer.concat(parts);
}

/** @param {any} error  of fetch */
function reasonOf(error) {
  if (error.name === 'TimeoutError') return 'no answer in time';
  const { code, message } = error.cause ?? error;
  return oneLine(String(code ?? message ?? error));
}
