// XNNPACK's relaxed dot product in three instructions. V8 makes six of the one on x86
// processors without AVX-VNNI. The result is the same for codes 0..127.

#include <wasm_simd128.h>

static inline v128_t dot_add(v128_t weights, v128_t codes, v128_t sum) {
    v128_t pairs = wasm_i16x8_relaxed_dot_i8x16_i7x16(weights, codes);
    return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_const_splat(1)));
}

#define wasm_i32x4_relaxed_dot_i8x16_i7x16_add dot_add
