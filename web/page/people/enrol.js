/**
 * People are taken one by one with the camera: a few pictures of each, from several sides,
 * when the face is where it should be. Nothing is kept but these pictures' faces.
 */

import { stillOf } from '../../engine/humshakal.js';
import { openStream, stop } from '../camera/camera.js';
import { Job } from '../job.js';

/** @typedef {import('../../engine/humshakal.js').Humshakal} Humshakal */
/** @typedef {import('../../engine/humshakal.js').Face} Face */

/**
 * What is asked of whoever stands before the camera.
 * @typedef {'straight' | 'left' | 'right' | 'smile'} Pose
 *
 * Why no picture is taken now.
 * @typedef {'name' | 'nobody' | 'one' | 'near' | 'dark'} Hindrance
 */

/**
 * @typedef {object} Enrolment
 * @property {'asking' | 'live' | 'failed'} phase
 * @property {MediaStream | null} stream
 * @property {string} name
 * @property {Pose} pose
 * @property {Hindrance | ''} hindrance
 * @property {string[]} faces   of this person, taken so far
 * @property {string} over      whose pictures are all there
 * @property {string} failure   as of the camera
 */

/** @type {Pose[]} */
const POSES = ['straight', 'left', 'right', 'smile'];

/** The face's width in the picture's smaller side. */
const NEAR = 0.18;

/** Another face, as a share of the first one's width, that is in the way. */
const ANOTHER = 0.5;

/** Least quality, as hum_quality measures it: twice what the check calls blurred. */
const CLEAR = 0.5;

/** How far the nose is from the middle of the eyes, in distances of the eyes. */
const STRAIGHT = 0.12;
const SIDEWAYS = [0.16, 0.5];

/** Looks in a row that agree, so that nothing is taken in movement. */
const STEADY = 2;

/** Milliseconds between pictures: time to change the pose. */
const REST = 1200;

/** How far a face is turned; its sign tells to which side. @param {Face} face */
export function turnOf({ points }) {
  const middle = (points[0] + points[2]) / 2;
  const eyes = Math.hypot(points[2] - points[0], points[3] - points[1]);
  return (points[4] - middle) / Math.max(1, eyes);
}

/**
 * Whether a face is as the pose asks.
 * @param {Pose} pose
 * @param {number} turn
 * @param {number} first  how it was turned for the first side; 0: not yet
 */
export function isPosed(pose, turn, first) {
  const away = Math.abs(turn);
  if (pose === 'straight' || pose === 'smile') return away < STRAIGHT;
  return away >= SIDEWAYS[0] && away <= SIDEWAYS[1]
    && (pose === 'left' || Math.sign(turn) !== Math.sign(first));
}

/**
 * What keeps a picture from being taken.
 * @param {{width: number, height: number, faces: Face[]}} found
 * @param {number} quality
 * @returns {Hindrance | ''}
 */
export function hindranceOf({ width, height, faces }, quality) {
  const [face, other] = faces;
  if (!face) return 'nobody';
  if (other && other.width > ANOTHER * face.width) return 'one';
  if (face.width < NEAR * Math.min(width, height)) return 'near';
  return quality < CLEAR ? 'dark' : '';
}

/**
 * @param {object} app
 * @param {(enrolment: Enrolment | null) => void} app.show  null: off
 * @param {() => Promise<Humshakal>} app.engine
 * @param {(name: string, photo: Blob) => Promise<string | null>} app.taken  keeps a picture;
 *   the id of its face
 * @param {(error: unknown) => void} app.failed
 */
export function createEnrolment({ show, engine, taken, failed }) {
  /** @type {Enrolment | null} */
  let now = null;
  /** @type {Job<Partial<Enrolment>> | null} */
  let job = null;

  /** @param {Partial<Enrolment>} changes */
  function change(changes) {
    now = { phase: 'asking', stream: null, name: '', pose: 'straight', hindrance: '', faces: [],
      over: '', failure: '', ...now, ...changes };
    show(now);
  }

  function close() {
    if (!now) return;
    job?.end();
    stop(now.stream);
    now = null;
    show(null);
  }

  /**
   * Takes pictures of whoever has a name, as they come, until it is closed.
   * @param {HTMLVideoElement} video
   * @param {Job<Partial<Enrolment>>} watching
   */
  async function watch(video, watching) {
    const humshakal = await watching.wait(engine());
    let [steady, since, first] = [0, 0, 0];
    for (;;) {
      await watching.wait(new Promise((resolve) => { setTimeout(resolve, 60); }));
      if (!now || !video.videoWidth) continue;
      const photo = await watching.wait(stillOf(video));
      const found = await watching.wait(humshakal.detect(photo, { signal: watching.signal }));
      const [face] = found.faces;
      const quality = face ? await watching.wait(humshakal.quality(photo, { face })) : 0;
      const hindrance = hindranceOf(found, quality);
      const { name, pose, over } = now;
      if (over === name && name) continue; // all of theirs are there
      if (!name.trim() || hindrance) {
        steady = 0;
        change({ hindrance: hindrance || 'name' });
        continue;
      }
      change({ hindrance: '' });
      const turn = turnOf(face);
      steady = isPosed(pose, turn, first) ? steady + 1 : 0;
      if (steady < STEADY || performance.now() - since < REST) continue;
      [steady, since] = [0, performance.now()];
      if (pose === 'left') first = turn;
      const id = await watching.wait(taken(name.trim(), photo));
      if (!id || !now || now.name !== name) continue;
      const next = POSES[POSES.indexOf(pose) + 1];
      const faces = [...now.faces, id];
      change(next ? { faces, pose: next } : { faces, over: name });
    }
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close();
  });
  addEventListener('pagehide', close);

  return {
    close,

    /** @param {HTMLVideoElement} video */
    async open(video) {
      close();
      /** @type {Job<Partial<Enrolment>>} */
      const watching = job = new Job(change);
      change({});
      await watching.run(async () => {
        const stream = await watching.wait(openStream({ facingMode: { ideal: 'user' } }, watching.signal));
        watching.show({ phase: 'live', stream });
        await watch(video, watching);
      }, (error) => {
        stop(now?.stream);
        if (error instanceof DOMException) change({ phase: 'failed', stream: null, failure: error.name });
        else {
          close();
          failed(error);
        }
      });
    },

    /** @param {string} name  of whoever is before the camera */
    name(name) {
      if (now) change({ name, pose: 'straight', faces: [], over: '' });
    },

    /** The next one comes. */
    next() {
      if (now) change({ name: '', pose: 'straight', faces: [], over: '' });
    },
  };
}
