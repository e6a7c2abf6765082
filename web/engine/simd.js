/**
 * Which of the two engines this JavaScript machine can run. A module with one instruction
 * that the machine does not know is refused whole, so there is one file per instruction
 * set, and a tiny module is offered for validation before the real one is downloaded.
 */

// () -> v128: i32.const 0; i8x16.splat; i8x16.popcnt
const SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0,
  10, 10, 1, 8, 0, 65, 0, 253, 15, 253, 98, 11,
]);

// () -> v128: two splats; i8x16.relaxed_swizzle
const RELAXED_SIMD = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 5, 1, 96, 0, 1, 123, 3, 2, 1, 0,
  10, 15, 1, 13, 0, 65, 1, 253, 15, 65, 2, 253, 15, 253, 128, 2, 11,
]);

/** @returns {'relaxed' | 'simd' | null} null: neither runs here */
export function bestBuild() {
  if (typeof WebAssembly !== 'object') return null;
  if (WebAssembly.validate(RELAXED_SIMD)) return 'relaxed';
  return WebAssembly.validate(SIMD) ? 'simd' : null;
}
