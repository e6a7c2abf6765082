/**
 * The browsers of the tests: headless Chromium, and Debian's own Firefox. Playwright drives
 * both by one interface; it speaks WebDriver BiDi to a Firefox that it has not built. (Newer
 * versions of it than the pinned one ask for BiDi commands that Firefox ESR does not have.)
 * CHROMIUM and FIREFOX name the programs, or they are found as Debian installs them.
 *
 * A test of the page runs in both browsers if it is registered by inBoth() of page.mjs in
 * place of test(). BROWSER=firefox runs whole files in Firefox:
 *
 *     BROWSER=firefox tools/test.sh tests/page.test.mjs
 *
 * By this way Firefox has no dark scheme, no reduced motion and no Tab key; what needs them
 * stays with Chromium. It takes some seconds to start, so only the main ways run in both.
 */

import { importPackage } from '../../tools/packages.mjs';

const { chromium, firefox } = await importPackage('tests', 'playwright-core');

/** @typedef {keyof typeof BROWSERS} BrowserName */

/** Also for what starts it without Playwright. */
export const CHROMIUM = {
  path: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-sync',
    '--disable-background-networking', '--disable-component-update', '--no-first-run'],
};

const BROWSERS = {
  chromium: (/** @type {string[]} */ args) => chromium.launch({
    executablePath: CHROMIUM.path, args: [...CHROMIUM.args, ...args],
  }),
  firefox: () => firefox.launch({
    channel: 'moz-firefox',
    executablePath: process.env.FIREFOX ?? '/usr/bin/firefox-esr',
  }),
};

export const BROWSER = /** @type {BrowserName} */ (process.env.BROWSER ?? 'chromium');
if (!(BROWSER in BROWSERS)) {
  throw new Error(`BROWSER is "${BROWSER}"; the tests know ${Object.keys(BROWSERS).join(', ')}.`);
}

/**
 * @param {BrowserName} [name]
 * @param {string[]} [args]  Chromium's, besides ours
 */
export const launch = (name = BROWSER, args = []) => BROWSERS[name](args);
