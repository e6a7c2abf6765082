/* Photos that are neither JPEG nor PNG: decoded by the libraries of the system, where
   these were found when this was built. */

#ifndef HUM_CLI_OTHER_FORMATS_H
#define HUM_CLI_OTHER_FORMATS_H

#include <stddef.h>
#include <stdint.h>

/* The format of a photo by its first bytes: "WebP", "HEIC", "AVIF"; NULL for any other.
 */
const char *other_format(const uint8_t *bytes, size_t size);

/* The formats that this build reads besides JPEG and PNG, with ", " between them; "" for
   none. */
const char *other_formats(void);

/* Upright pixels, [height,width,4], RGBA, not premultiplied; to be freed. NULL: why
   receives the reason. */
uint8_t *other_decode(const uint8_t *bytes, size_t size, int32_t dimensions[2],
                      const char **why);

#endif
