/* What the targets share. A finding is what the sanitizers report, and a MUST that does
   not hold. tools/fuzz.sh builds and runs the targets.

   Headers are refused by limits, but below these a few bytes can ask for seconds of work:
   a picture of 8000 pixels a side, a network of a gigabyte. That is true of honest files
   too. So that millions of inputs can be tried, the targets let small ones in only. */

#ifndef FUZZ_H
#define FUZZ_H

#include "tflite.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition) must((condition) != 0, #condition, __FILE__, __LINE__)

static inline void must(int holds, const char *what, const char *file, int line) {
    if (holds) return;
    fprintf(stderr, "%s:%d: not so: %s\n", file, line, what);
    abort();
}

/* A failure has a reason, in printable ASCII; a success has none. INTERNAL is ours. */
static inline void must_explain(hum_status status, const char *error) {
    MUST(status != HUM_ERROR_INTERNAL);
    MUST((status == HUM_OK) == !*error);
    for (const char *c = error; *c; c++) MUST(*c >= 32 && *c <= 126);
}

/* Reads bytes that were said to be there. */
static inline void touch_bytes(const void *bytes, size_t size) {
    const uint8_t *p = bytes;
    volatile uint8_t sum = 0;
    for (size_t i = 0; i < size; i++) sum ^= p[i];
}

/* Whether a model's computed tensors have at most `most` elements together. */
static inline int is_small_model(const hum_model *m, size_t most) {
    size_t sum = 0;
    for (int i = 0; i < m->tensor_count; i++)
        if (!m->tensors[i].data) sum += m->tensors[i].elements;
    return sum <= most;
}

/* Overwrites the sides in a picture's headers so that none is above 63 pixels. */
static inline void make_small_photo(uint8_t *photo, size_t size) {
    if (size >= 24 && photo[0] == 0x89) /* PNG: the first chunk is IHDR */
        for (size_t i = 16; i < 24; i++) photo[i] &= i % 4 == 3 ? 63 : 0;
    for (size_t i = 0; i + 8 < size; i++) /* JPEG: SOF0 to SOF3 */
        if (photo[i] == 0xff && photo[i + 1] >= 0xc0 && photo[i + 1] <= 0xc3) {
            photo[i + 5] = photo[i + 7] = 0;
            photo[i + 6] &= 63;
            photo[i + 8] &= 63;
        }
}

#endif
