/**
 * The camera: off until it is asked for, and off again after the shot, on cancel, when the
 * page is left and when it is hidden. Nothing of it is kept but the one picture.
 */

import { stillOf } from '../../engine/humshakal.js';
import { Job } from '../job.js';

/**
 * @typedef {object} Camera
 * @property {'asking' | 'live' | 'failed'} phase
 * @property {MediaStream | null} stream
 * @property {boolean} mirrored    shown as in a mirror: it looks at whoever sees it
 * @property {boolean} switchable  there is another camera
 * @property {number} count        seconds until the shot; 0: none is on its way
 * @property {import('./live.js').Live | null} live  null: the mirror is not asked for
 * @property {string} failure      why there is no picture: a name of a DOMException, or
 *   'insecure', 'ended'
 */

const COUNT_FROM = 3;

/** The mirror, before its first look. @type {import('./live.js').Live} */
const NOTHING_SEEN = { face: null, match: null, threshold: null, network: '' };

/** @type {MediaTrackConstraints} enough for a face; more only costs time */
const SIZE = { width: { ideal: 1280 }, height: { ideal: 960 } };

/**
 * @param {object} app
 * @param {(camera: Camera | null, announcement?: string) => void} app.show  null: off
 * @param {(blob: Blob) => void} app.taken
 * @param {(error: unknown) => void} app.failed  the picture could not be taken, or looked at
 * @param {() => Promise<import('../../engine/humshakal.js').Humshakal>} app.engine  to match with
 */
export function createCamera({ show, taken, failed, engine }) {
  /** @type {Camera | null} */
  let camera = null;
  /** Opening a camera and taking its picture take time. @type {Job<Partial<Camera>> | null} */
  let job = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  let timer;

  /** @param {Partial<Camera>} changes */
  function change(changes) {
    camera = { phase: 'asking', stream: null, mirrored: false, switchable: false, count: 0,
      live: null, failure: '', ...camera, ...changes };
    show(camera);
  }

  /** Ends what is under way, and begins something else. */
  function newJob() {
    job?.end();
    clearInterval(timer);
    job = new Job(change);
    return job;
  }

  function turnOff() {
    job?.end();
    clearInterval(timer);
    stop(camera?.stream);
  }

  /** @param {MediaTrackConstraints} [which]  without it the one for self-portraits */
  async function open(which = { facingMode: { ideal: 'user' } }) {
    turnOff();
    const opening = newJob();
    change({ phase: 'asking', stream: null, count: 0, live: null, failure: '' });
    await opening.run(async () => {
      const stream = await opening.wait(openStream(which, opening.signal));
      const [track] = stream.getVideoTracks();
      track.addEventListener('ended', () => {
        if (camera?.stream === stream) fail('ended');
      });
      opening.show({ phase: 'live', stream, mirrored: !facesAway(track) });
      opening.show({ switchable: (await opening.wait(cameras())).length > 1 });
    }, (error) => {
      console.warn(`The camera cannot be used (${error}).`);
      fail(error instanceof DOMException ? error.name : 'unknown');
    });
  }

  /** @param {string} failure */
  function fail(failure) {
    turnOff();
    change({ phase: 'failed', stream: null, count: 0, live: null, failure });
  }

  /** @param {string} [announcement] */
  function close(announcement) {
    if (!camera) return;
    turnOff();
    camera = null;
    show(null, announcement);
  }

  /** @param {HTMLVideoElement} video */
  async function shoot(video) {
    const taking = newJob();
    await taking.run(async () => {
      const blob = await taking.wait(stillOf(video));
      close();
      taken(blob);
    }, (error) => {
      close();
      failed(error);
    });
  }

  document.addEventListener('visibilitychange', () => {
    if (document.hidden) close();
  });
  addEventListener('pagehide', () => close());

  return {
    open,
    close,

    /** @param {HTMLVideoElement} video @param {boolean} later  with the self-timer */
    shoot(video, later) {
      if (camera?.phase !== 'live') return;
      if (!later) {
        shoot(video);
        return;
      }
      clearInterval(timer);
      change({ count: COUNT_FROM });
      timer = setInterval(() => {
        if (camera && camera.count > 1) change({ count: camera.count - 1 });
        else shoot(video);
      }, 1000);
    },

    /** Names whom the face looks like from now on, or no longer. @param {HTMLVideoElement} video */
    async mirror(video) {
      if (camera?.phase !== 'live') return;
      const watching = newJob();
      change({ count: 0, live: camera.live ? null : NOTHING_SEEN });
      if (!camera.live) return;
      await watching.run(async () => {
        const { watch } = await watching.wait(import('./live.js'));
        await watch(video, engine, watching);
      }, (error) => {
        close();
        failed(error);
      });
    },

    /** Takes the next camera: of a phone that which looks the other way. */
    async turn() {
      const [track] = camera?.stream?.getVideoTracks() ?? [];
      if (!track) return;
      const { facingMode, deviceId } = track.getSettings();
      if (facingMode === 'user' || facingMode === 'environment') {
        await open({ facingMode: { ideal: facingMode === 'user' ? 'environment' : 'user' } });
        return;
      }
      const all = await cameras().catch(() => []);
      if (camera?.stream?.getVideoTracks()[0] !== track || !all.length) return;
      const at = all.findIndex((device) => device.deviceId === deviceId);
      await open({ deviceId: { exact: all[(at + 1) % all.length].deviceId } });
    },
  };
}

/**
 * Nothing can call off a browser that is asking for the camera: a stream that comes after
 * the signal is stopped at once.
 * @param {MediaTrackConstraints} which
 * @param {AbortSignal} signal
 */
export async function openStream(which, signal) {
  if (!navigator.mediaDevices?.getUserMedia) throw new DOMException('', insecureOrNone());
  const stream = await navigator.mediaDevices.getUserMedia(
    { video: { ...which, ...SIZE }, audio: false });
  if (signal.aborted) stop(stream);
  return stream;
}

/** @param {MediaStream | null | undefined} stream */
export function stop(stream) {
  stream?.getTracks().forEach((track) => track.stop());
}

/** Browsers hide cameras from pages that did not come over https. */
function insecureOrNone() {
  return globalThis.isSecureContext ? 'NotSupportedError' : 'insecure';
}

async function cameras() {
  const devices = await navigator.mediaDevices.enumerateDevices();
  return devices.filter(({ kind }) => kind === 'videoinput');
}

/** Whether a camera looks away from whoever sees the picture. @param {MediaStreamTrack} track */
function facesAway(track) {
  return track.getSettings().facingMode === 'environment'
    || /\b(back|rear|environment)\b/i.test(track.label);
}
