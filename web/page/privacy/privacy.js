/** privacy.html: what is kept on this device, and the button that removes it. */

import { say } from '../words/say.js';
import { wipe } from './stored.js';
import { mountLanguages } from '../words/languages-view.js';
import { part } from '../views/parts.js';
import { megabytes } from '../words/words.js';

const button = part(document, '#wipe');
const result = part(document, '#wiped');

button.addEventListener('click', async () => {
  button.disabled = true;
  result.textContent = say('oneMoment');
  try {
    const { files, bytes, settings, people, worker } = await wipe();
    result.textContent = [
      files || settings || people || worker ? '' : say('wipedNothing'),
      files ? say('wipedFiles', { count: files, size: megabytes(bytes) }) : '',
      settings ? say('wipedSettings', { count: settings }) : '',
      people ? say('wipedPeople') : '',
      worker ? say('wipedWorker') : '',
    ].filter(Boolean).join(' ');
  } catch (error) {
    console.warn(error);
    result.textContent = say('wipeFailed', { problem: String(error) });
  }
  button.disabled = false;
});

mountLanguages(part(document, '#languages'));
part(document, '#late').remove(); // everything has arrived
