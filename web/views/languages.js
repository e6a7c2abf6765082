/** The choice of the page's language. */

import { LANGUAGES, chooseLanguage, language, missing, say } from '../say.js';

/** @param {HTMLElement} element  empty, of class "languages" */
export function mountLanguages(element) {
  const problem = document.createElement('p');
  problem.setAttribute('role', 'status');
  /** @param {string} id */
  const lacks = (id) => {
    problem.textContent = say('languageMissing', { name: LANGUAGES[id].name });
  };

  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', say('language'));
  element.replaceChildren(...Object.entries(LANGUAGES).map(([id, { name }]) => {
    const button = document.createElement('button');
    button.type = 'button';
    button.lang = id;
    button.textContent = name;
    button.setAttribute('aria-pressed', String(id === language));
    button.addEventListener('click', async () => {
      if (id === language) return;
      try {
        await chooseLanguage(id);
      } catch (error) {
        console.warn(`The language was not changed (${error}).`);
        lacks(id);
      }
    });
    return button;
  }), problem);
  if (missing) lacks(missing);
}
