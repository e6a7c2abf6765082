/**
 * Why somebody came out: the two faces beside each other and blended, eyes on eyes, and a
 * picture of where the score falls when a part of the visitor's face is covered.
 */

import { eyesInPlace, filling } from './align.js';
import { UNITS, fallOfParts, leadingParts } from './occlusion.js';
import { number, say } from '../words/say.js';
import { PARTS, whyWords } from '../words/words.js';
import { emit, part } from '../views/parts.js';

/** @typedef {import('./why.js').Side} Side */

/** Of all four pictures; twice what they are shown at, for screens with two pixels a point. */
const SIDE = 480;

/** Less than this is drawn faint, so that the network's noise is no picture. */
const LEAST_SCALE = 0.06;

const FALLS = [235, 110, 20];
const RISES = [60, 130, 255];

/** @param {HTMLDialogElement} dialog */
export function mountWhy(dialog) {
  const slider = part(dialog, 'input');
  const progress = part(dialog, 'progress');
  const canvas = (/** @type {string} */ name) => part(dialog, `canvas.${name}`);
  const act = part(dialog, '[data-do=act]');
  /** @type {import('./why.js').Why | null} */
  let shown = null;

  const blend = () => {
    if (!shown?.probe || !shown.other) return;
    const share = slider.valueAsNumber / 100;
    draw(canvas('blend'), [[shown.probe, 1], [shown.other, share]]);
    slider.setAttribute('aria-valuetext', say('blendOf', { share: slider.valueAsNumber,
      name: shown.match.name }));
  };

  slider.addEventListener('input', blend);
  act.addEventListener('click', () => emit(dialog, 'why', {
    does: shown?.phase === 'running' ? 'stop' : 'goOn' }));
  part(dialog, '[data-do=close]').addEventListener('click', () => dialog.close());
  dialog.addEventListener('close', () => emit(dialog, 'why', { does: 'close' }));

  return (/** @type {import('../state.js').State} */ { why }) => {
    if (!why) {
      shown = null;
      if (dialog.open) dialog.close();
      return;
    }
    const before = shown;
    shown = why;
    if (!dialog.open || before?.match !== why.match) begin(why);
    if (before?.probe !== why.probe || before?.other !== why.other) {
      if (why.probe) draw(canvas('mine'), [[why.probe, 1]]);
      if (why.other) draw(canvas('theirs'), [[why.other, 1]]);
      part(dialog, '.over').hidden = !why.probe || !why.other;
      part(dialog, '.unaligned').hidden = [why.probe, why.other].every((side) => !side || side.points);
      blend();
    }
    if (before?.occlusion !== why.occlusion || before?.crop !== why.crop) drawHeat(why);
    tell(why);
  };

  /** @param {import('./why.js').Why} why */
  function begin({ match }) {
    slider.value = '50';
    part(dialog, 'h2').textContent = say('whyTitle', { name: match.name });
    part(dialog, '.theirs-name').textContent = match.name;
    part(dialog, '.pair').hidden = !match.photo.thumbnail;
    part(dialog, '.no-picture').hidden = Boolean(match.photo.thumbnail);
    for (const name of ['mine', 'theirs', 'blend', 'heat']) wipe(canvas(name));
    if (!dialog.open) dialog.showModal();
    dialog.scrollTop = 0;
  }

  /** @param {import('./why.js').Why} why */
  function tell({ phase, occlusion, points, error }) {
    const falls = occlusion && points ? fallOfParts(occlusion.effects, points) : [];
    part(dialog, '.going').hidden = phase === 'done';
    progress.hidden = phase === 'stopped';
    if (occlusion) progress.value = occlusion.done / occlusion.total;
    else progress.removeAttribute('value');
    part(dialog, '.step').textContent = error ? say('whyFailed')
      : occlusion ? say(phase === 'stopped' ? 'whyStopped' : 'whyStep',
        { number: occlusion.done, count: occlusion.total }) : say('oneMoment');
    act.hidden = phase === 'waiting';
    act.textContent = say(phase === 'running' ? 'whyStop' : error ? 'retry' : 'whyGoOn');
    const status = part(dialog, '[role=status]');
    const text = occlusion && (phase === 'done' || phase === 'stopped')
      ? whyWords(points && leadingParts(occlusion.effects, points), phase !== 'done') : '';
    if (status.textContent !== text) status.textContent = text;
    const numbers = part(dialog, 'details');
    numbers.hidden = !text;
    if (!text || !occlusion) return;
    part(numbers, '.cosine').textContent = say('whyCosine', { cosine: number(occlusion.base, 3) });
    part(numbers, 'dl').replaceChildren(...falls.flatMap(({ part: name, fall }) => {
      const [term, value] = ['dt', 'dd'].map((tag) => document.createElement(tag));
      term.textContent = PARTS[name];
      value.textContent = number(-fall, 3);
      return [term, value];
    }));
  }

  /** @param {import('./why.js').Why} why */
  function drawHeat({ crop, occlusion }) {
    if (!crop) return;
    const context = canvas('heat').getContext('2d');
    context.imageSmoothingQuality = 'high';
    context.drawImage(picture(grey(crop)), 0, 0, SIDE, SIDE);
    if (!occlusion) return;
    const colours = heat(occlusion.cells);
    part(dialog, '.heat').setAttribute('aria-busy', String(shown?.phase === 'running'));
    context.drawImage(picture(colours), 0, 0, SIDE, SIDE);
  }
}

/** @param {HTMLCanvasElement} canvas */
function wipe(canvas) {
  canvas.width = SIDE;
  canvas.height = SIDE;
}

/**
 * @param {HTMLCanvasElement} canvas
 * @param {[side: Side, opacity: number][]} layers
 */
function draw(canvas, layers) {
  wipe(canvas);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext('2d'));
  context.imageSmoothingQuality = 'high';
  for (const [{ picture: image, points }, opacity] of layers) {
    context.globalAlpha = opacity;
    context.setTransform(...(points ? eyesInPlace(points, SIDE) : filling(image, SIDE)));
    context.drawImage(image, 0, 0);
  }
}

/** A drawable copy of pixels. @param {ImageData} pixels */
function picture(pixels) {
  const canvas = document.createElement('canvas');
  canvas.width = pixels.width;
  canvas.height = pixels.height;
  canvas.getContext('2d')?.putImageData(pixels, 0, 0);
  return canvas;
}

/** Without colours, which are the heat's. @param {ImageData} crop */
function grey({ data, width, height }) {
  const pixels = new ImageData(width, height);
  for (let i = 0; i < data.length; i += 4) {
    const luma = 0.299 * data[i] + 0.587 * data[i + 1] + 0.114 * data[i + 2];
    pixels.data.set([luma, luma, luma, 255], i);
  }
  return pixels;
}

/** @param {Float32Array} cells */
function heat(cells) {
  const pixels = new ImageData(UNITS, UNITS);
  const scale = Math.max(LEAST_SCALE, ...cells.map(Math.abs));
  cells.forEach((fall, i) => {
    pixels.data.set([...(fall > 0 ? FALLS : RISES), 230 * Math.abs(fall) / scale], 4 * i);
  });
  return pixels;
}
