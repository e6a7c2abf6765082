/** The engine's worker: scripts that do not arrive, and a worker that ends by itself. */

import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import { open } from './lib/page.mjs';
import { inProject, site } from './lib/project.mjs';

const javascript = { 'Content-Type': 'text/javascript' };

/** @typedef {import('node:http').ServerResponse} Response */

/** @type {Record<string, (response: Response) => void>} */
const FAULTS = {
  'never answers': () => {},
  'is missing': (response) => { response.writeHead(404).end(); },
  'is a web page': (response) => { response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>hi'); },
  'is cut short': (response) => {
    response.writeHead(200, { ...javascript, 'Content-Length': 5000 });
    response.write('const a', () => response.destroy());
  },
  'stops in its middle': (response) => {
    response.writeHead(200, { ...javascript, 'Content-Length': 5000 });
    response.write('const a');
  },
};

/**
 * A quiet page whose server has faults, and little patience for scripts.
 * @param {(url: string, response: Response) => boolean} fault
 */
async function withFaults(fault) {
  const patience = await readFile(new URL('engine/patience.js', site), 'utf8');
  assert.match(patience, /SCRIPT_PATIENCE = 8_000/);
  return open({ path: 'privacy.html', server: {
    intercept({ url = '' }, response) {
      if (url !== '/engine/patience.js') return fault(url, response);
      response.writeHead(200, javascript).end(patience.replace('8_000', '1500'));
      return true;
    },
  } });
}

/** What create(), and then addModel(), reject with. @param {any} page @param {number[]} model */
const attempts = (page, model) => page.evaluate(async (bytes) => {
  const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
  const told = ({ name, code, message }) => `${name} ${code}: ${message}`;
  return [await Humshakal.create({ waitFor: 'detector' }).then(String, told),
    await Humshakal.addModel(new File([new Uint8Array(bytes)], 'x.tflite')).then(String, told)];
}, model);

const model = [...await readFile(inProject('build/models/blazeface-short.tflite'))].slice(0, 100);

for (const [what, fault] of Object.entries(FAULTS)) {
  for (const script of ['worker.js', 'wasm.js', 'humshakal-relaxed.mjs']) {
    test(`${script} ${what}: an error that says so, not a wait for ever`, async () => {
      const { page } = await withFaults((url, response) => {
        if (url !== `/engine/${script}`) return false;
        fault(response);
        return true;
      });
      const named = script.endsWith('.mjs') ? /humshakal-relaxed\.mjs could not be loaded/
        : /worker\.js, or a file it needs, could not be loaded/;
      for (const told of await attempts(page, model)) {
        assert.match(told, /^HumError HUM_ERROR_NETWORK: /, told);
        assert.match(told, named);
      }
    });
  }
}

test('a worker that ends by itself is a crash, and the next call has a fresh one', async () => {
  const worker = await readFile(new URL('engine/worker.js', site), 'utf8');
  let ends = true;
  const { page } = await withFaults((url, response) => {
    if (!ends || url !== '/engine/worker.js') return false;
    response.writeHead(200, javascript).end(`self.addEventListener('message', (event) => {
      if (event.data.op !== 'match') return;
      event.stopImmediatePropagation();
      self.close();
    });\n${worker}`);
    return true;
  });
  const match = () => page.evaluate(async () => {
    const { Humshakal } = await import(new URL('humshakal.js', document.baseURI).href);
    globalThis.humshakal ??= await Humshakal.create();
    const grey = { data: new Uint8ClampedArray(64 * 64 * 4).fill(128), width: 64, height: 64 };
    return globalThis.humshakal.match(grey, { detect: false }).then(({ length }) => length, ({ code,
      message }) => `${code}: ${message}`);
  });
  assert.match(String(await match()), /^HUM_ERROR_CRASH: .*ended by itself/);
  ends = false;
  assert.equal(await match(), 5);
});
