#!/usr/bin/env node
/** The command line of the converter; the work is done in web/engine/convert/ and convert/. */

import { open, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { ConvertError, convertKeras, withVggface } from '../web/engine/convert/index.js';
import { extractClassifier } from './convert/classifier.mjs';
import { writeMatrix } from './convert/npy.mjs';
import { convertQuantised } from './convert/quantised.mjs';
import { convertTfjs } from './convert/tfjs.mjs';
import { converterPackages, importPackage } from './packages.mjs';

/** @type {import('../web/engine/convert/graph.js').Dtype[]} */
const DTYPES = ['int8', 'f16', 'f32'];
/** @type {import('../web/engine/convert/vggface.js').Layer[]} */
const LAYERS = ['pool', 'fc7'];

const HELP = `Converts face networks to TensorFlow Lite models that Humshakal runs.

  node tools/convert.mjs FILE.h5 -o MODEL.tflite      a published VGGFace file (Keras)
  node tools/convert.mjs MODEL.json -o MODEL.tflite   a TensorFlow.js graph model
       --output NODE --recipe FILE [--weights FILE]
  node tools/convert.mjs MODEL.lite -o MODEL.tflite   a uint8 TensorFlow Lite model, for
       --output NODE --recipe FILE                    any picture (Inception)

  -o, --out FILE        the model to write
  --dtype TYPE          int8 (default), f16 or f32: how weights are stored
  --layer LAYER         pool (default) or fc7: what the embedding is; fc7 is VGG-16's, and
                        needs the file with top
  --output NODE         other models: the node that is the embedding
  --recipe FILE         other models: how photos are prepared for it (src/recipe.h)
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
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

/** @param {unknown} condition @param {string} sentence @returns {asserts condition} */
function need(condition, sentence) {
  if (!condition) throw new UsageError(sentence);
}

/**
 * @typedef {ReturnType<typeof checkArguments>} Request
 * @param {ReturnType<typeof readArguments>} args
 */
function checkArguments({ source, surplus, out, output, recipe, ...args }) {
  const { weights, classifier, labels, names } = args;
  need(source && !surplus, 'expected one file to convert');
  need(out, 'expected the model to write: -o MODEL.tflite');
  const dtype = DTYPES.find((one) => one === args.dtype);
  need(dtype, `--dtype is one of ${DTYPES.join(', ')}, not '${args.dtype}'`);
  const layer = LAYERS.find((one) => one === args.layer);
  need(layer, `--layer is one of ${LAYERS.join(', ')}, not '${args.layer}'`);
  const graph = output && recipe ? { output, recipe, weights } : undefined;
  need(
    /\.(json|lite|tflite)$/.test(source) ? graph : !(output || recipe),
    'a graph model (.json, .lite) needs --output and --recipe; other files take neither',
  );
  need((graph && source.endsWith('.json')) || !weights, '--weights goes with a graph model (.json)');
  need(
    !graph || (layer === 'pool' && !classifier),
    'a graph model takes no --layer or --classifier',
  );
  need(Boolean(classifier) === Boolean(labels), '--classifier and --labels go together');
  const classes = classifier && labels ? { vectors: classifier, labels, names } : undefined;
  need(classes || !names, '--names goes with --classifier');
  need(!classes || classes.vectors.endsWith('.npy'), '--classifier must name a .npy file');
  return { source, out, dtype, layer, graph, classes };
}

/** A bar on a terminal; nothing elsewhere. */
function progressBar() {
  if (!process.stderr.isTTY) return { show: () => {}, end: () => {} };
  let last = -1;
  return {
    show: (/** @type {number} */ share) => {
      const percent = Math.floor(share * 100);
      if (percent === last) return;
      last = percent;
      const full = Math.floor(percent / 2.5);
      process.stderr.write(`\r[${'#'.repeat(full)}${'.'.repeat(40 - full)}] ${percent} %`);
    },
    end: () => process.stderr.write('\r\x1b[K'),
  };
}

/** Whole or not at all. @param {string} path @param {string | Uint8Array} data */
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

/** @typedef {(share: number) => void} OnProgress told 0..1 */

/** @param {Request} request @param {OnProgress} onProgress */
async function convertHdf5({ source, dtype, layer, classes }, onProgress) {
  const packages = await converterPackages();
  const file = new Uint8Array(await readFile(source));
  const people = classes && (await readPeople(file, { packages, layer }, classes));
  const { model, network } = await convertKeras(file, { packages, dtype, layer, onProgress });
  if (classes && people) {
    await writeWhole(classes.vectors, writeMatrix(people.vectors, people.names.length));
    await writeWhole(classes.vectors.replace(/\.npy$/, '.txt'), `${people.names.join('\n')}\n`);
  }
  return { model, network, people };
}

/**
 * The classes of a file with top that were asked for.
 * @param {Uint8Array} file
 * @param {Parameters<typeof withVggface>[1]} options
 * @param {NonNullable<Request['classes']>} classes
 */
async function readPeople(file, options, { labels, names }) {
  const choice = {
    labels: new Uint8Array(await readFile(labels)),
    wanted: names === undefined ? undefined : (await readFile(names, 'utf8')).split(/\r?\n/),
  };
  return withVggface(file, options, (built, opened) =>
    extractClassifier(opened, built, choice),
  );
}

/** @param {string} path @returns {Promise<import('./convert/tfjs.mjs').Model>} */
async function readGraph(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new ConvertError(`${path} is not JSON: ${error.message}`);
  }
}

/**
 * @param {Request} request
 * @param {NonNullable<Request['graph']>} graph
 * @param {OnProgress} onProgress
 */
async function convertGraph({ source, dtype }, graph, onProgress) {
  const packages = { flatbuffers: await importPackage('models', 'flatbuffers') };
  const { output } = graph;
  const recipe = await readFile(graph.recipe, 'utf8');
  if (!source.endsWith('.json')) {
    const file = new Uint8Array(await readFile(source));
    return { network: output, people: undefined,
      model: convertQuantised(file, { packages, output, recipe, dtype, onProgress }) };
  }
  const json = await readGraph(source);
  const named = (json.weightsManifest ?? []).flatMap((group) => group.paths ?? []);
  const paths = graph.weights
    ? [graph.weights]
    : named.map((path) => join(dirname(source), path));
  const shards = await Promise.all(paths.map((path) => readFile(path)));
  const weights = new Uint8Array(Buffer.concat(shards));
  const model = convertTfjs(json, weights, { packages, output, recipe, dtype, onProgress });
  return { model, network: output, people: undefined };
}

async function main() {
  const args = readArguments();
  if (args.help) {
    process.stdout.write(HELP);
    return;
  }
  const request = checkArguments(args);
  const { out, dtype, graph, classes } = request;
  const bar = progressBar();
  const converting = graph
    ? convertGraph(request, graph, bar.show)
    : convertHdf5(request, bar.show);
  const { model, network, people } = await converting.finally(bar.end);
  await writeWhole(out, model);
  console.log(`${out}: ${network}, ${dtype}, ${model.length} bytes`);
  if (people) console.log(`${classes?.vectors}: ${people.names.length} people`);
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
