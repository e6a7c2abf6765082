/**
 * The WebAssembly memories of this page, whoever makes them: engines do not all tell. To be
 * called before they start.
 * @returns {() => number} bytes of all
 */
export function watchMemories() {
  /** @type {Set<WebAssembly.Memory>} */
  const memories = new Set();
  const { Memory } = WebAssembly;
  WebAssembly.Memory = /** @type {any} */ (class extends Memory {
    /** @param {WebAssembly.MemoryDescriptor} descriptor */
    constructor(descriptor) {
      super(descriptor);
      memories.add(this);
    }
  });
  for (const name of /** @type {const} */ (['instantiate', 'instantiateStreaming'])) {
    const original = WebAssembly[name];
    /** @param {any[]} what */
    const watched = async (...what) => {
      const result = await /** @type {any} */ (original)(...what);
      const { exports } = result.instance ?? result;
      for (const one of Object.values(exports)) if (one instanceof Memory) memories.add(one);
      return result;
    };
    WebAssembly[name] = /** @type {any} */ (watched);
  }
  return () => [...memories].reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
}
