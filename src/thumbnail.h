/* The small picture of a face that a gallery keeps, as a JPEG by stb_image_write. */

#ifndef HUM_THUMBNAIL_H
#define HUM_THUMBNAIL_H

#include "error.h"

/* About 5 kB a face. */
enum { HUM_THUMBNAIL_SIDE = 128, HUM_THUMBNAIL_QUALITY = 82 };

typedef struct {
    uint8_t *bytes;
    size_t size, capacity;
} hum_jpeg;

/* rgb: [HUM_THUMBNAIL_SIDE,HUM_THUMBNAIL_SIDE,3]. jpeg: zeroed before its first use,
   reused after. The same pixels give the same bytes in every build. Returns MEMORY. */
hum_status hum_write_thumbnail(const uint8_t *rgb, hum_jpeg *jpeg, hum_text *error);

#endif
