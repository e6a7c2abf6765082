#!/usr/bin/env node
/** The command line of the converter; the work is done in web/engine/convert/ and convert/. */

import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConvertError, convertKeras, withVggface } from '../web/engine/convert/index.js';
import { extractClassifier } from './convert/classifier.mjs';
import { writeMatrix } from './convert/npy.mjs';
import { convertTfjs } from './convert/tfjs.mjs';
import { converterPackages } from './packages.mjs';

const DTYPES = ['int8', 'f16', 'f32'];
const LAYERS = ['pool', 'fc7'];

const HELP = `Converts face networks to TensorFlow Lite models that Humshakal runs.

  node tools/convert.mjs FILE.h5 -o MODEL.tflite      a published VGGFace file (Keras)
  node tools/convert.mjs MODEL.json -o MODEL.tflite   a TensorFlow.js graph model
       --output NODE --recipe FILE [--weights FILE]

  -o, --out FILE        the model to write
  --dtype TYPE          int8 (default), f16 or f32: how weights are stored
  --layer LAYER         pool (default) or fc7: what the embedding is; fc7 is VGG-16's, and
                        needs the file with top
  --output NODE         graph model: the node that is the embedding
  --recipe FILE         graph model: how photos are prepared for it (src/recipe.h)
  --weights FILE        graph model: its weights, if they are not in the files it names
  --classifier OUT.npy  file with top: write the classes as vectors too, one a row, with
                        their names in OUT.txt, one a line
  --labels FILE.npy     the published names of the classes
  --names FILE          keep only these names of them, one a line
  --help

Example:
  node tools/convert.mjs rcmalli_vggface_tf_notop_resnet50.h5 -o vggface-resnet50.tflite
`;

/** Wrong use of the command. */
class UsageError extends Error {}

function readArguments() {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        out: { type: 'string', short: 'o' },
        dtype: { type: 'string', default: 'int8' },
        layer: { type: 'string', default: 'pool' },
        output: { type: 'string' },
        recipe: { type: 'string' },
        weights: { type: 'string' },
        classifier: { type: 'string' },
        labels: { type: 'string' },
        names: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    return { ...values, source: positionals[0], surplus: positionals[1] };
  } catch (error) {
    throw new UsageError(error.message);
  }
}

function checkArguments(args) {
  const need = (condition, sentence) => {
    if (!condition) throw new UsageError(sentence);
  };
  need(args.source && !args.surplus, 'expected one file to convert');
  need(args.out, 'expected the model to write: -o MODEL.tflite');
  need(
    DTYPES.includes(args.dtype),
    `--dtype is one of ${DTYPES.join(', ')}, not '${args.dtype}'`,
  );
  need(
    LAYERS.includes(args.layer),
    `--layer is one of ${LAYERS.join(', ')}, not '${args.layer}'`,
  );
  const graph = args.source.endsWith('.json');
  need(
    graph === Boolean(args.output && args.recipe) && (graph || !(args.output || args.recipe)),
    'a graph model (.json) needs --output and --recipe; other files take neither',
  );
  need(graph || !args.weights, '--weights goes with a graph model (.json)');
  need(
    !graph || (args.layer === 'pool' && !args.classifier),
    'a graph model takes no --layer or --classifier',
  );
  need(
    Boolean(args.classifier) === Boolean(args.labels),
    '--classifier and --labels go together',
  );
  need(!args.names || args.classifier, '--names goes with --classifier');
  need(
    !args.classifier || args.classifier.endsWith('.npy'),
    '--classifier must name a .npy file',
  );
}

/** A bar on a terminal; nothing elsewhere. */
function progressBar() {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  let last = -1;
  return {
    show: (share) => {
      const percent = Math.floor(share * 100);
      if (percent === last) return;
      last = percent;
      const full = Math.floor(percent / 2.5);
      process.stderr.write(`\r[${'#'.repeat(full)}${'.'.repeat(40 - full)}] ${percent} %`);
    },
    end: () => process.stderr.write('\r\x1b[K'),
  };
}

/** Whole or not at all. */
async function writeWhole(path, data) {
  const temporary = `${path}.${process.pid}.part`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(data);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function convertHdf5(args, packages, onProgress) {
  const { dtype, layer } = args;
  const source = new Uint8Array(await readFile(args.source));
  const people = args.classifier && (await readPeople(source, args, packages));
  const converted = await convertKeras(source, { packages, dtype, layer, onProgress });
  if (people) {
    await writeWhole(args.classifier, writeMatrix(people.vectors, people.names.length));
    await writeWhole(args.classifier.replace(/\.npy$/, '.txt'), `${people.names.join('\n')}\n`);
  }
  return { ...converted, people };
}

/** The classes of a file with top that were asked for. */
async function readPeople(source, { layer, labels, names }, packages) {
  const choice = {
    labels: new Uint8Array(await readFile(labels)),
    wanted: names && (await readFile(names, 'utf8')).split(/\r?\n/),
  };
  return withVggface(source, { packages, layer }, (built, file) =>
    extractClassifier(file, built, choice),
  );
}

async function readJson(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConvertError(`${path} is not JSON: ${error.message}`);
  }
}

async function convertGraph(args, packages, onProgress) {
  const json = await readJson(args.source);
  const named = (json.weightsManifest ?? []).flatMap((group) => group.paths ?? []);
  const paths = args.weights
    ? [args.weights]
    : named.map((path) => join(dirname(args.source), path));
  const shards = await Promise.all(paths.map((path) => readFile(path)));
  const recipe = await readFile(args.recipe, 'utf8');
  const model = convertTfjs(json, new Uint8Array(Buffer.concat(shards)), {
    packages,
    output: args.output,
    recipe,
    dtype: args.dtype,
    onProgress,
  });
  return { model, network: args.output };
}

async function main() {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(HELP);
    return;
  }
  checkArguments(args);
  const graph = args.source.endsWith('.json');
  const packages = await converterPackages({ hdf5: !graph });
  const bar = progressBar();
  const convert = graph ? convertGraph : convertHdf5;
  const { model, network, people } = await convert(args, packages, bar.show).finally(bar.end);
  await writeWhole(args.out, model);
  console.log(`${args.out}: ${network}, ${args.dtype}, ${model.length} bytes`);
  if (people) console.log(`${args.classifier}: ${people.names.length} people`);
  if (people?.unknown.length) {
    console.error(`not among the classes: ${people.unknown.join(', ')}`);
  }
}

main().catch((error) => {
  const known = error instanceof ConvertError || error instanceof UsageError || error.code;
  console.error(`convert: ${known ? error.message : error.stack}`);
  if (error instanceof UsageError) console.error('See: node tools/convert.mjs --help');
  process.exitCode = 2;
});
