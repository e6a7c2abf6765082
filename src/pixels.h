/* From 8-bit pixels to the floats a network takes. */

#ifndef HUM_PIXELS_H
#define HUM_PIXELS_H

#include "recipe.h"

/* out[i] = (pixel - mean) * scale in the recipe's channel order; rgb and out: [n,3]. */
static inline void hum_normalise(const hum_recipe *r, const uint8_t *rgb, size_t n,
                                 float *out) {
    int first = r->bgr ? 2 : 0, last = 2 - first;
    for (size_t i = 0; i < 3 * n; i += 3) {
        out[i] = ((float)rgb[i + (size_t)first] - r->mean[0]) * r->scale;
        out[i + 1] = ((float)rgb[i + 1] - r->mean[1]) * r->scale;
        out[i + 2] = ((float)rgb[i + (size_t)last] - r->mean[2]) * r->scale;
    }
}

#endif
