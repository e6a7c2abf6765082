#include "image.h"

#include <stdlib.h>
#include <string.h>

hum_status hum_image_check_size(int64_t width, int64_t height, hum_text *error) {
    if (width < 1 || height < 1 || width > HUM_MAX_PHOTO_SIDE ||
        height > HUM_MAX_PHOTO_SIDE || width * height > HUM_MAX_PHOTO_PIXELS)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the photo has %lld x %lld pixels; at most %d on a side and %d "
                        "in all are read: make it smaller first",
                        (long long)width, (long long)height, HUM_MAX_PHOTO_SIDE,
                        HUM_MAX_PHOTO_PIXELS);
    return HUM_OK;
}

hum_status hum_image_reserve(hum_image *image, int32_t width, int32_t height,
                             hum_text *error) {
    hum_status status = hum_image_check_size(width, height, error);
    if (status != HUM_OK) return status;
    size_t need = (size_t)width * (size_t)height * 3;
    if (need > image->capacity) {
        hum_image_free(image);
        image->rgb = malloc(need);
        if (!image->rgb)
            return hum_fail(error, HUM_ERROR_MEMORY,
                            "no memory for a photo of %d x %d pixels", width, height);
        image->capacity = need;
    }
    return HUM_OK;
}

void hum_over_white(const uint8_t *rgba, size_t n, uint8_t *out, int step) {
    for (size_t i = 0; i < n; i++, rgba += 4, out += step) {
        unsigned a = rgba[3];
        for (int c = 0; c < 3; c++)
            out[c] = (uint8_t)((rgba[c] * a + 255 * (255 - a) + 127) / 255);
    }
}

hum_status hum_image_from_rgba(const uint8_t *rgba, int32_t width, int32_t height,
                               hum_image *image, hum_text *error) {
    image->width = image->height = 0;
    hum_status status = hum_image_reserve(image, width, height, error);
    if (status != HUM_OK) return status;
    hum_over_white(rgba, (size_t)width * (size_t)height, image->rgb, 3);
    image->width = width;
    image->height = height;
    image->shrink = image->orientation = 1;
    return HUM_OK;
}

hum_status hum_image_halve(const hum_image *image, hum_image *half, hum_text *error) {
    hum_status status =
        hum_image_reserve(half, image->width / 2, image->height / 2, error);
    if (status != HUM_OK) return status;
    half->width = image->width / 2;
    half->height = image->height / 2;
    size_t line = (size_t)image->width * 3;
    uint8_t *to = half->rgb;
    for (int32_t y = 0; y < half->height; y++) {
        const uint8_t *a = image->rgb + 2 * (size_t)y * line, *b = a + line;
        for (int32_t x = 0; x < half->width; x++, a += 6, b += 6, to += 3)
            for (int c = 0; c < 3; c++)
                to[c] = (uint8_t)((a[c] + a[c + 3] + b[c] + b[c + 3] + 2) >> 2);
    }
    return HUM_OK;
}

void hum_image_free(hum_image *image) {
    free(image->rgb);
    *image = (hum_image){0};
}
