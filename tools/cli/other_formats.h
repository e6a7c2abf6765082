/* Photos that the library leaves to others: WebP, HEIC and AVIF, each decoded by the
   library of that name where this was built with it. */

#ifndef HUM_CLI_OTHER_FORMATS_H
#define HUM_CLI_OTHER_FORMATS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct other_format other_format;

enum { OTHER_REASON = 512 };

/* Told by the first bytes, never by a name. NULL: none of these. */
const other_format *other_format_of(const uint8_t *bytes, size_t size);

typedef struct {
    uint8_t *rgba; /* [height,width,4], not premultiplied, upright; free() it */
    int32_t width, height;
} other_picture;

/* Decodes a picture, of an animation the first one, and turns it as the file says: by the
   EXIF orientation of WebP, by crop, irot and imir of HEIC and AVIF, where EXIF only
   repeats them. The limits are the library's, checked before anything large is allocated.
   Returns 1, or 0 with the reason. */
int other_format_decode(const other_format *format, const uint8_t *bytes, size_t size,
                        other_picture *picture, char reason[OTHER_REASON]);

/* Prints a sentence: the kinds of photos that are read, and those that are not. */
void other_formats_print(FILE *out);

#endif
