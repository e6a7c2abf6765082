/* Photos: the decoder, EXIF orientation, transparency, and what is made of pictures that
   were accepted: half their size, and a turned crop that reaches over the edge. */

#include "fuzz.h"

#include "image.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static hum_image photo, half;
    static hum_resampler scratch;
    static uint8_t crop[16 * 16 * 3];
    hum_text error = {""};
    uint8_t *copy = malloc(size + !size);
    memcpy(copy, data, size);
    make_small_photo(copy, size);
    hum_status status = hum_image_decode(copy, size, &photo, &error);
    free(copy);
    must_explain(status, error.text);
    MUST((status == HUM_OK) == (photo.width > 0));
    if (status != HUM_OK) return 0;
    MUST(photo.shrink == 1 || photo.shrink == 2);
    touch_bytes(photo.rgb, (size_t)photo.width * (size_t)photo.height * 3);
    const hum_rect rect = {-1.5, 2.25, photo.width, photo.height,
                           (int)(size * 7 % 361) - 180};
    hum_edge edge = (hum_edge)(size % 3);
    MUST(!hum_resample(&photo, rect, edge, 16, 16, crop, &scratch, &error));
    if (photo.width > 1 && photo.height > 1)
        MUST(!hum_image_halve(&photo, &half, &error));
    return 0;
}
