// What XNNPACK runs on WebAssembly's relaxed SIMD in place of its own choices. CMake puts
// calls of the hum_choose_* functions into its table of kernels (xnnpack.cmake).

#include <string.h>
#include <wasm_simd128.h>

#include "xnnpack/config.h"
#include "xnnpack/gemm.h"
#include "xnnpack/hardware-config.h"
#include "xnnpack/igemm.h"
#include "xnnpack/math.h"
#include "xnnpack/microfnptr.h"
#include "xnnpack/microparams-init.h"

// ---- int8 -----------------------------------------------------------------------------

// Kernels with XNNPACK's own signatures and a layout of weights that it can pack, but with
// tiles that fill the registers of x86 as V8 has them, 15: 8 output channels of 6 pixels, four
// input channels a step. Upstream's tiles of eight input channels a step need 16 registers for
// their sums alone. Unrolled steps spill: V8 groups them by sum.
//
// Activation codes are 0..127 (run_quantise in src/net.c), for which the relaxed dot product
// is defined: the same sums on every processor. XNNPACK cannot know that: it flips the top
// bit of codes, and takes its kernels only where the products of such codes come out right.

#define UNROLLED _Pragma("clang loop unroll(full)") for

// V8 makes six instructions of the relaxed dot product on x86 processors without AVX-VNNI;
// spelt out there are three.
static inline __attribute__((always_inline)) v128_t dot_add(
    v128_t weights, v128_t codes, v128_t sum, const int spelt) {
    if (!spelt) return wasm_i32x4_relaxed_dot_i8x16_i7x16_add(weights, codes, sum);
    v128_t pairs = wasm_i16x8_relaxed_dot_i8x16_i7x16(weights, codes);
    return wasm_i32x4_add(sum, wasm_i32x4_dot_i16x8(pairs, wasm_i16x8_const_splat(1)));
}

// rows pixels (at most ROWS) times nc output channels. a: ROWS addresses of input pixels for
// each of `taps` kernel positions. quantization: per_row apart for each pixel. w: for every
// 8 output channels the sums of their weights, the weights [taps][kc / 4][8][4], scales, bias.
static inline __attribute__((always_inline)) void tile(
    const size_t ROWS, const int spelt, size_t rows, size_t nc, size_t kc, size_t taps,
    const int8_t **a, const void *w, float *c, size_t cm_stride, size_t cn_stride,
    size_t a_offset, const int8_t *zero, const int8_t *zero_data,
    const union xnn_f32_minmax_params *params,
    const struct xnn_qd8_quantization_params *quantization, size_t per_row) {
    float *out[8];
    UNROLLED (size_t i = 0; i < ROWS; i++)
        out[i] = (float *) ((uintptr_t) c + (i < rows ? i : rows - 1) * cm_stride);
    const v128_t least = wasm_v128_load32_splat(&params->scalar.min);
    const v128_t most = wasm_v128_load32_splat(&params->scalar.max);
    kc = round_up_po2(kc, 4);
    do {
        const v128_t sums[2] = {wasm_v128_load(w), wasm_v128_load((const int8_t *) w + 16)};
        w = (const int8_t *) w + 32;
        v128_t acc[8][2];
        UNROLLED (size_t i = 0; i < ROWS; i++) {
            const v128_t zero_point = wasm_i32x4_splat(quantization[i * per_row].zero_point);
            acc[i][0] = wasm_i32x4_mul(sums[0], zero_point);
            acc[i][1] = wasm_i32x4_mul(sums[1], zero_point);
        }
        const int8_t **taken = a;
        for (size_t tap = 0; tap < taps; tap++, taken += ROWS) {
            const int8_t *in[8];
            UNROLLED (size_t i = 0; i < ROWS; i++)
                in[i] = taken[i] == zero ? zero_data : taken[i] + a_offset;
            for (size_t k = 0; k < kc; k += 4) {
                const v128_t w0 = wasm_v128_load(w);
                const v128_t w1 = wasm_v128_load((const int8_t *) w + 16);
                w = (const int8_t *) w + 32;
                UNROLLED (size_t i = 0; i < ROWS; i++) {
                    const v128_t x = wasm_v128_load32_splat(in[i] + k);
                    acc[i][0] = dot_add(w0, x, acc[i][0], spelt);
                    acc[i][1] = dot_add(w1, x, acc[i][1], spelt);
                }
            }
        }
        const v128_t *factors = w;
        v128_t scale[2], bias[2];
        UNROLLED (size_t j = 0; j < 2; j++) {
            scale[j] = wasm_v128_load(factors + j);
            bias[j] = wasm_v128_load(factors + 2 + j);
        }
        w = factors + 4;
        UNROLLED (size_t i = 0; i < ROWS; i++) {
            const v128_t step = wasm_v128_load32_splat(&quantization[i * per_row].inv_scale);
            UNROLLED (size_t j = 0; j < 2; j++) {
                v128_t y = wasm_f32x4_mul(wasm_f32x4_convert_i32x4(acc[i][j]), step);
                y = wasm_f32x4_add(wasm_f32x4_mul(y, scale[j]), bias[j]);
                acc[i][j] = wasm_f32x4_pmin(wasm_f32x4_pmax(y, least), most);
            }
        }
        // Rows beyond `rows` repeat the last one, and are written where it is.
        const size_t n = nc < 8 ? nc : 8;
        UNROLLED (size_t i = 0; i < ROWS; i++) {
            if (n == 8) {
                wasm_v128_store(out[i], acc[i][0]);
                wasm_v128_store(out[i] + 4, acc[i][1]);
            } else {
                // A copy: sums that have an address are stored in every step (1.25 of the time).
                const v128_t rest[2] = {acc[i][0], acc[i][1]};
                memcpy(out[i], rest, n * sizeof(float));
            }
            out[i] = (float *) ((uintptr_t) out[i] + cn_stride);
        }
        nc -= n;
    } while (nc != 0);
}

#define KERNELS(name, ROWS, SPELT)                                                           \
    static void gemm_##name(                                                                 \
        size_t rows, size_t nc, size_t kc, const int8_t *a, size_t a_stride, const void *w,  \
        float *c, size_t cm_stride, size_t cn_stride,                                        \
        const union xnn_f32_minmax_params *params,                                           \
        const struct xnn_qd8_quantization_params *quantization) {                            \
        const int8_t *in[ROWS];                                                              \
        struct xnn_qd8_quantization_params each[ROWS];                                       \
        UNROLLED (size_t i = 0; i < ROWS; i++) {                                             \
            in[i] = a + (i < rows ? i : rows - 1) * a_stride;                                \
            each[i] = quantization[i < rows ? i : rows - 1];                                 \
        }                                                                                    \
        tile(ROWS, SPELT, rows, nc, kc, 1, in, w, c, cm_stride, cn_stride, 0, NULL, NULL,    \
             params, each, 1);                                                               \
    }                                                                                        \
    static void igemm_##name(                                                                \
        size_t rows, size_t nc, size_t kc, size_t ks, const int8_t **a, const void *w,       \
        float *c, size_t cm_stride, size_t cn_stride, size_t a_offset, const int8_t *zero,   \
        const int8_t *zero_data, const union xnn_f32_minmax_params *params,                  \
        const struct xnn_qd8_quantization_params *quantization) {                            \
        tile(ROWS, SPELT, rows, nc, kc, ks / (ROWS * sizeof(void *)), a, w, c, cm_stride,    \
             cn_stride, a_offset, zero, zero_data, params, quantization, 0);                 \
    }
KERNELS(dot1, 1, 0)
KERNELS(dot6, 6, 0)
KERNELS(spelt1, 1, 1)
KERNELS(spelt6, 6, 1)

void hum_choose_qd8(struct xnn_gemm_config *config) {
    const struct xnn_hardware_config *hardware = xnn_init_hardware_config();
    const int one_instruction = hardware->use_wasm_sdot || hardware->use_wasm_usdot;
    config->minmax.dqgemm[1 - 1] = xnn_init_hmp_dqgemm_ukernel(
        (xnn_dqgemm_ukernel_fn) (one_instruction ? gemm_dot1 : gemm_spelt1));
    config->minmax.dqgemm[6 - 1] = xnn_init_hmp_dqgemm_ukernel(
        (xnn_dqgemm_ukernel_fn) (one_instruction ? gemm_dot6 : gemm_spelt6));
    config->minmax.dqigemm[1 - 1] = xnn_init_hmp_dqigemm_ukernel(
        (xnn_dqigemm_ukernel_fn) (one_instruction ? igemm_dot1 : igemm_spelt1));
    config->minmax.dqigemm[6 - 1] = xnn_init_hmp_dqigemm_ukernel(
        (xnn_dqigemm_ukernel_fn) (one_instruction ? igemm_dot6 : igemm_spelt6));
    config->init.f32 = xnn_init_f32_minmax_scalar_params;
    config->mr = 6;
    config->nr = 8;
    config->log2_kr = 2;
}

// ---- Floats ---------------------------------------------------------------------------

// On x86 XNNPACK has tiles of four pixels. Six fill the registers; XNNPACK takes what suits
// a layer (ResNet-50's 1x1 convolutions: 79 ms instead of 88).
#define ADD(where, kernel, type)                                                             \
    config->where[6 - 1] = xnn_init_hmp_##type##_ukernel(                       \
        (xnn_##type##_ukernel_fn) xnn_f32_##kernel##6x8__wasmrelaxedsimd_fma_loadsplat)

void hum_choose_f32(struct xnn_gemm_config *config) {
    ADD(linear.gemm, gemm_ukernel_, gemm);
    ADD(linear.igemm, igemm_ukernel_, igemm);
    ADD(minmax.gemm, gemm_minmax_ukernel_, gemm);
    ADD(minmax.igemm, igemm_minmax_ukernel_, igemm);
    ADD(relu.gemm, gemm_relu_ukernel_, gemm);
    ADD(relu.igemm, igemm_relu_ukernel_, igemm);
    config->mr = 6;
}
