/** Which network and gallery the visitor chose; every page of the site goes by it. */

/** Sites of one host share this storage, so the key carries this site's path. */
const CHOICE = `humshakal-choice:${new URL('./', location.href).pathname}`;

/** @typedef {{model?: string, gallery?: string}} Choice  what is absent is the site's to choose */

/** Anything may stand there: other sites of the host can write it. @returns {Choice} */
export function recallChoice() {
  try {
    const { model, gallery } = JSON.parse(localStorage.getItem(CHOICE) ?? '{}') ?? {};
    return { ...typeof model === 'string' && { model },
      ...typeof gallery === 'string' && { gallery } };
  } catch (error) {
    console.warn(`The choice of the last visit is not known (${error}).`);
    return {};
  }
}

/** @param {Choice} choice */
export function keepChoice(choice) {
  try {
    localStorage.setItem(CHOICE, JSON.stringify(choice));
  } catch (error) {
    console.warn(`The choice will be forgotten (${error}).`);
  }
}
