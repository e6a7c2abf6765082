/**
 * By reading the site's scripts: which ways to the outside they use at all. Each place that
 * uses one is listed here with its reason; another one fails until somebody thought of it.
 */

import assert from 'node:assert/strict';
import { readFile, readdir } from 'node:fs/promises';
import { test } from 'node:test';
import { importPackage } from '../tools/packages.mjs';
import { site } from './lib/project.mjs';

const { parse } = await importPackage('models', 'acorn');

/** Names that reach the network. */
const CHANNELS = new Set(['fetch', 'XMLHttpRequest', 'WebSocket', 'WebSocketStream', 'EventSource',
  'sendBeacon', 'RTCPeerConnection', 'webkitRTCPeerConnection', 'WebTransport', 'importScripts',
  'serviceWorker', 'SharedWorker', 'Worker', 'submit', 'requestSubmit', 'Image', 'Audio',
  'FontFace', 'cookie', 'cookieStore', 'fetchLater', 'PaymentRequest']);

/** Common names that matter on these objects only. */
const ON = new Map([['open', ['window', 'globalThis', 'self', 'document']], ['share', ['navigator']]]);

/** Properties whose value is an address that is loaded or gone to. */
const ADDRESSES = new Set(['src', 'srcset', 'href', 'action', 'formAction', 'poster', 'background',
  'data', 'ping', 'srcObject']);

/** @type {Record<string, Record<string, string>>} */
const ALLOWED = {
  'engine/download.js': { fetch: 'files of the manifest, by name' },
  'engine/bound-worker.js': { Worker: 'a script of the site, in a way that the policy binds',
    serviceWorker: 'asks whether it is there' },
  'engine/channel.js': { Worker: 'asks whether there are any' },
  'engine/photo.js': { Worker: 'asks whether there are any' },
  'engine/convert.js': { Worker: 'asks whether there are any' },
  'page/gate/gate.js': { serviceWorker: 'installs sw.js and listens to it' },
  'guard.js': { RTCPeerConnection: 'takes it away', webkitRTCPeerConnection: 'takes it away' },
  'page/arrive/arrive.js': { serviceWorker: 'asks sw.js for what was shared' },
  'page/privacy/stored.js': { serviceWorker: 'removes it' },
  'sw.js': { fetch: 'listed files of the site, by name', importScripts: 'files.js' },
  'page/camera/camera-view.js': { srcObject: 'what the camera sees, shown' },
  'page/people/enrol-view.js': { srcObject: 'what the camera sees, shown' },
  'page/people/make-zip.js': { fetch: 'files of this site, by name, for a copy of it' },
  'page/share/card-view.js': { share: 'the picture, when the visitor presses the button' },
  'page/views/save-file.js': { href: 'a blob: address, to save what was made' },
  'page/views/chooser.js': { fetch: 'the sample photos of the manifest', src: 'a blob: address' },
  'page/match/results-view.js': {
    href: 'the gallery\'s links, for the visitor to follow: only http and https' },
};

/** Scripts of others, and those made by tools: they are held by the policy, and by the gate. */
const OTHERS = /^engine\/(convert\/packages\/|heic\/|humshakal-(simd|relaxed))|^page\/people\/packages\//;

const scripts = (await readdir(site, { recursive: true }))
  .filter((file) => /\.m?js$/.test(file) && !OTHERS.test(file) && file !== 'files.js').sort();

/**
 * The names in a script that could reach the outside: used as a value or set as a property.
 * @param {string} source
 */
function uses(source) {
  /** @type {Set<string>} */
  const found = new Set();
  /** @type {string[]} */
  const imports = [];
  /** @param {any} node @param {any} parent @param {string} role */
  const visit = (node, parent, role) => {
    const key = parent?.type === 'Property' && role === 'key' && !parent.computed
      && parent.value !== node;
    if (node.type === 'Identifier' && CHANNELS.has(node.name) && !key
      && !/^(local|imported|exported|label)$/.test(role)) found.add(node.name);
    if (node.type === 'MemberExpression' && ON.get(node.property.name)?.includes(node.object.name)) {
      found.add(node.property.name);
    }
    if (node.type === 'Literal' && CHANNELS.has(node.value)) found.add(node.value);
    if (node.type === 'AssignmentExpression' && node.left.type === 'MemberExpression') {
      const { property, computed } = node.left;
      const name = computed ? property.value : property.name;
      if (ADDRESSES.has(name)) found.add(name);
    }
    if (node.type === 'CallExpression' && /^setAttribute/.test(node.callee.property?.name ?? '')) {
      const name = node.arguments.at(-2)?.value;
      if (ADDRESSES.has(name)) found.add(name);
    }
    if (/^Import(Declaration|Expression)$|^Export(Named|All)Declaration$/.test(node.type)
      && node.source) imports.push(literal(node.source));
    for (const [name, value] of Object.entries(node)) {
      for (const child of [value].flat()) {
        if (child && typeof child.type === 'string') visit(child, node, name);
      }
    }
  };
  visit(parse(source, { ecmaVersion: 'latest', sourceType: 'module' }), null, '');
  return { found: [...found].sort(), imports };
}

/** The constant beginning of an address, or '?' for one that is computed. @param {any} node */
function literal(node) {
  if (node.type === 'Literal') return node.value;
  return node.type === 'TemplateLiteral' && node.quasis[0].value.cooked
    ? node.quasis[0].value.cooked : '?';
}

test('no script of the site uses a way out that is not listed here with its reason', async () => {
  /** @type {Record<string, string[]>} */
  const used = {};
  for (const file of scripts) {
    const { found } = uses(await readFile(new URL(file, site), 'utf8'));
    if (found.length) used[file] = found;
  }
  const listed = Object.fromEntries(Object.entries(ALLOWED)
    .map(([file, reasons]) => [file, Object.keys(reasons).sort()])
    .filter(([, names]) => names.length));
  assert.deepEqual(used, listed);
});

test('every import is of the site itself', async () => {
  // Computed addresses: the engines that the manifest lists, the converter's own files, libheif, zip.js.
  const computed = [];
  for (const file of scripts) {
    for (const address of uses(await readFile(new URL(file, site), 'utf8')).imports) {
      if (address === '?') computed.push(file);
      else assert.match(address, /^\.\.?\/|^node:/, `${file} imports ${address}`);
    }
  }
  assert.deepEqual([...new Set(computed)], ['engine/convert.js', 'engine/heic-worker.js', 'engine/ops.js', 'page/people/zip.js']);
});

test('no page loads anything from elsewhere, and none has a form or a frame', async () => {
  const pages = (await readdir(site, { recursive: true })).filter((file) => file.endsWith('.html'));
  assert.ok(pages.length >= 3);
  for (const file of pages) {
    const html = await readFile(new URL(file, site), 'utf8');
    assert.doesNotMatch(html, /<(form|iframe|frame|object|embed|base|portal)\b/i, file);
    for (const [tag] of html.matchAll(/<(?!a\b)[a-z]+ [^>]*\b(?:src|href|poster|srcset)="[^"]*"[^>]*>/gi)) {
      assert.doesNotMatch(tag, /(src|href|poster|srcset)="(\w+:)?\/\//i, `${file}: ${tag}`);
    }
  }
});

test('these checks see what they should', () => {
  assert.deepEqual(uses('navigator["sendBeacon"](x); new WebSocket(u); a.src = u;').found,
    ['WebSocket', 'sendBeacon', 'src']);
  assert.deepEqual(uses('globalThis.fetch(u); frame.setAttribute("href", u)').found, ['fetch', 'href']);
  assert.deepEqual(uses('import("https://x/y.js"); import(u)').imports, ['https://x/y.js', '?']);
});
