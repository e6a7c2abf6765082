/** The facade's address for pages that use a site of ours; all of it is in engine/. */
export * from './engine/humshakal.js';
