/** The choice of the page's language. */

import { LANGUAGES, chooseLanguage, language, missing, say } from './say.js';

/**
 * The buttons stand in the HTML, so that a phone looks for the letters of all languages when
 * it draws the page first.
 * @param {HTMLElement} element  of class "languages"
 */
export function mountLanguages(element) {
  const problem = document.createElement('p');
  problem.setAttribute('role', 'status');
  /** @param {string} id */
  const lacks = (id) => {
    problem.textContent = say('languageMissing', { name: LANGUAGES[id].name });
  };

  element.setAttribute('role', 'group');
  element.setAttribute('aria-label', say('language'));
  for (const button of element.querySelectorAll('button')) {
    const id = button.lang;
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
  }
  element.append(problem);
  if (missing) lacks(missing);
}
