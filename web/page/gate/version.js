/** Which files belong together. In a site, tools/setup/files.mjs writes it, here and into pages. */
export const VERSION = '';
