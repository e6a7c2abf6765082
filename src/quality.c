#include "quality.h"

#include <math.h>
#include <stdlib.h>

#define SHARP 60
#define BLURRED_COUNTS 0.1
#define LEAST_SCORE 0.1F /* every face counts */

static double laplacian_variance(const float *luma, int32_t side) {
    double sum = 0, squares = 0, count = (double)(side - 2) * (side - 2);
    for (int32_t y = 1; y < side - 1; y++)
        for (int32_t x = 1; x < side - 1; x++) {
            const float *at = luma + (size_t)y * (size_t)side + x;
            double value = 4 * (double)at[0] - (double)at[-1] - (double)at[1] -
                           (double)at[-side] - (double)at[side];
            sum += value;
            squares += value * value;
        }
    return squares / count - (sum / count) * (sum / count);
}

hum_status hum_measure_quality(const hum_image *photo, hum_rect rect, float score,
                               int32_t side, hum_resampler *scratch, float *quality,
                               hum_text *error) {
    size_t pixels = (size_t)side * (size_t)side;
    uint8_t *rgb = malloc(pixels * 3);
    float *luma = malloc(pixels * sizeof *luma);
    hum_status status = rgb && luma ? hum_resample(photo, rect, HUM_EDGE_REPEAT, side,
                                                   side, rgb, scratch, error)
                                    : hum_fail(error, HUM_ERROR_MEMORY,
                                               "no memory for a crop of %d pixels", side);
    if (status == HUM_OK) {
        for (size_t i = 0; i < pixels; i++)
            luma[i] =
                0.299F * rgb[3 * i] + 0.587F * rgb[3 * i + 1] + 0.114F * rgb[3 * i + 2];
        double sharpness = sqrt(fmin(1, laplacian_variance(luma, side) / SHARP));
        float sure = fminf(fmaxf(score, LEAST_SCORE), 1);
        *quality = sure * (float)(BLURRED_COUNTS + (1 - BLURRED_COUNTS) * sharpness);
    }
    free(rgb);
    free(luma);
    return status;
}
