/** Headless Chromium: CHROMIUM names it, or it is found as Debian installs it. */

import { importPackage } from '../../tools/convert/packages.mjs';

const { chromium } = await importPackage('tests', 'playwright-core');

/** @param {string[]} [args] */
export function launch(args = []) {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-sync',
      '--disable-background-networking', '--disable-component-update', '--no-first-run',
      ...args],
  });
}
