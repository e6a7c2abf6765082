#!/usr/bin/env node
/** Galleries of well-known people, from Wikidata and Wikimedia Commons. See HELP. */

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Client, endpoints } from './commons/client.mjs';
import { collect } from './commons/collect.mjs';
import { Faces } from './commons/faces.mjs';
import { readLeftOut, readList } from './commons/list.mjs';
import { REASONS, Stop } from './commons/refusal.mjs';
import { Store } from './commons/store.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const HELP = `Makes a gallery of well-known people, with photos from Wikimedia Commons.

  node tools/commons.mjs LIST

LIST is a file such as models/lists/bollywood.json, or the name of one there. Who is wanted
is asked of Wikidata. Only photos with a free licence are taken (CC0, public domain, CC BY,
CC BY-SA), with author, licence, source page, and Commons' reply beside each as evidence;
of them only those with one good face, the same as the person's other photos show. What is
not taken is named, with the reason. It may be interrupted: run it again and it goes on.

  --contact TEXT   a mail or web address of yours; Wikimedia asks for one, nobody else sees
                   it (or HUMSHAKAL_CONTACT)
  --left-out FILE  who is left out (models/lists/left-out.json)
  --out DIR        where all of it is kept (build/commons); remove DIR/LIST to begin anew
  --pause MS       between two requests (250)
  --no-gallery     only the folders of photos, not the galleries for each network
  --help

A licence frees a photo, not the face in it. Do not use the gallery to advertise anything, to
suggest that somebody endorses it, to make pictures of anybody, to identify or judge people,
or where the law of your country or a court forbids it. Whoever asks to be left out is put
on models/lists/left-out.json, and the gallery made again.

Example:
  node tools/commons.mjs bollywood --contact you@example.org
`;

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        contact: { type: 'string', default: process.env.HUMSHAKAL_CONTACT },
        'left-out': { type: 'string', default: join(root, 'models/lists/left-out.json') },
        out: { type: 'string', default: join(root, 'build/commons') },
        pause: { type: 'string', default: '250' },
        'no-gallery': { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    if (!values.help && positionals.length !== 1) throw new Error('expected one LIST');
    const { pause } = values;
    if (!/^\d{1,6}$/.test(pause)) throw new Error(`--pause is a number, not '${pause}'`);
    return { ...values, list: positionals[0] };
  } catch (error) {
    throw new Stop(`${/** @type {Error} */ (error).message}. See: node tools/commons.mjs --help`);
  }
}

/** How often each reason was given. @param {import('./commons/collect.mjs').Refused[]} refused */
function counts(refused) {
  const lines = [];
  for (const [reason, words] of Object.entries(REASONS)) {
    const number = refused.filter((one) => one.reason === reason).length;
    if (number) lines.push(`${String(number).padStart(6)}  ${words}`);
  }
  return lines;
}

const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

async function main() {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(HELP);
    return;
  }
  const path = existsSync(args.list) ? args.list : join(root, `models/lists/${args.list}.json`);
  const list = await readList(path);
  const leftOut = await readLeftOut(args['left-out']);
  const faces = new Faces(join(root, 'build/native/humshakal'), join(root, 'build/models'));
  await faces.prepare();
  const client = new Client({ endpoints: endpoints(process.env.HUMSHAKAL_WIKIMEDIA),
    contact: args.contact, pause: Number(args.pause), say });
  const store = new Store(join(args.out, list.name));
  const { people, photos, refused } = await collect({ list, leftOut, client, faces, store, say });
  console.log(`${list.title}: ${people} of ${list.count} people, ${photos} photos, `
    + `in ${store.path('people')}`);
  if (refused.length) console.log(['Not taken, each named above:', ...counts(refused)].join('\n'));
  if (args['no-gallery']) return;
  const { status } = spawnSync(join(root, 'tools/setup/galleries.sh'),
    [store.path('people'), list.name, list.title], { stdio: 'inherit' });
  if (status !== 0) throw new Stop('The galleries could not be made; the reason is above.');
}

main().catch((error) => {
  console.error(`commons: ${error instanceof Stop || error.code ? error.message : error.stack}`);
  process.exitCode = 2;
});
