let saving = '';

/**
 * Gives the visitor a file to save.
 * @param {Blob} blob
 * @param {string} name
 */
export function saveFile(blob, name) {
  URL.revokeObjectURL(saving); // not sooner: browsers take their time
  saving = URL.createObjectURL(blob);
  const anchor = document.createElement('a');
  anchor.href = saving;
  anchor.download = name;
  anchor.click();
}
