#include "thumbnail.h"

#include <stdlib.h>
#include <string.h>

/* stb's compressor converts freely between types and holds writers that are not used. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#pragma GCC diagnostic ignored "-Wsign-conversion"
#pragma GCC diagnostic ignored "-Wshadow"
#pragma GCC diagnostic ignored "-Wpedantic"
#pragma GCC diagnostic ignored "-Wunused-function"
#pragma GCC diagnostic ignored "-Wmissing-field-initializers"
#define STB_IMAGE_WRITE_STATIC
#define STB_IMAGE_WRITE_IMPLEMENTATION
#define STBI_WRITE_NO_STDIO
/* It shifts bits out of an int on purpose. */
#ifdef __clang__
#pragma clang attribute push(__attribute__((no_sanitize("shift"))), apply_to = function)
#endif
#include <stb_image_write.h>
#ifdef __clang__
#pragma clang attribute pop
#endif
#pragma GCC diagnostic pop

static void append(void *context, void *data, int size) {
    hum_jpeg *jpeg = context;
    size_t need = jpeg->size + (size_t)size;
    if (jpeg->size == SIZE_MAX) return; /* memory has run out */
    if (need > jpeg->capacity) {
        uint8_t *bytes = realloc(jpeg->bytes, 2 * need);
        if (!bytes) {
            jpeg->size = SIZE_MAX;
            return;
        }
        jpeg->bytes = bytes;
        jpeg->capacity = 2 * need;
    }
    memcpy(jpeg->bytes + jpeg->size, data, (size_t)size);
    jpeg->size = need;
}

hum_status hum_write_thumbnail(const uint8_t *rgb, hum_jpeg *jpeg, hum_text *error) {
    jpeg->size = 0;
    int ok = stbi_write_jpg_to_func(append, jpeg, HUM_THUMBNAIL_SIDE, HUM_THUMBNAIL_SIDE,
                                    3, rgb, HUM_THUMBNAIL_QUALITY);
    if (ok && jpeg->size != SIZE_MAX) return HUM_OK;
    jpeg->size = 0;
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory for a small picture");
}
