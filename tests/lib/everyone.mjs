/** Whether everybody can use a page as it stands: rules of WCAG 2.2 AA, and room to read. */

import assert from 'node:assert/strict';
import { importPackage } from '../../tools/packages.mjs';

const { source: axe } = (await importPackage('tests', 'axe-core')).default;

const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

/**
 * No violation in light at 320 px nor in dark at 1280 px, and no scrolling sideways. The
 * page should have been opened with reducedMotion, so that nothing is half faded in.
 * @param {any} page
 * @param {string} state  of the page, for the message
 */
export async function assertForEveryone(page, state) {
  await page.evaluate(axe);
  for (const [colorScheme, width] of [['light', 320], ['dark', 1280]]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width, height: 800 });
    const { violations } = await page.evaluate((/** @type {string[]} */ runOnly) => (
      /** @type {any} */ (globalThis).axe.run({ runOnly })), RULES);
    assert.deepEqual(violations.map((/** @type {any} */ { id, nodes }) => (
      `${id}: ${nodes.map((/** @type {any} */ { target, failureSummary }) => (
        `${target} ${failureSummary}`)).join('\n')}`)), [], `${state}, ${colorScheme}`);
    await assertRoom(page, `${state} at ${width} px`);
  }
}

/**
 * Nothing scrolls sideways, and no text lies on another.
 * @param {any} page
 * @param {string} state
 */
export async function assertRoom(page, state) {
  const { wider, collisions } = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    /** @type {{text: string, left: number, right: number, top: number, bottom: number}[]} */
    const lines = [];
    // A window lies over the page on purpose.
    const top = document.querySelector('dialog[open]') ?? document.body;
    const walker = document.createTreeWalker(top, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const text = node.textContent?.trim() ?? '';
      const seen = node.parentElement?.checkVisibility({ visibilityProperty: true })
        && !node.parentElement.closest('.unseen, .veil, .open .hero');
      if (!text || !seen) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const { left, right, top, bottom, height } of range.getClientRects()) {
        // The letters themselves take the middle of their line.
        lines.push({ text, left, right, top: top + height / 4, bottom: bottom - height / 4 });
      }
    }
    const overlap = lines.flatMap((a, i) => lines.slice(i + 1)
      .filter((b) => a.text !== b.text && Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2
        && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 2)
      .map((b) => `“${a.text}” on “${b.text}”`));
    const topWider = top.scrollWidth - top.clientWidth;
    return { wider: Math.max(scrollWidth - clientWidth, topWider), collisions: overlap };
  });
  assert.equal(wider, 0, `${state}: it scrolls sideways`);
  assert.deepEqual(collisions, [], `${state}: text lies on text`);
}
