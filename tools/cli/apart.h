/* Decodes in a process of its own. The libraries behind other_formats.h are large, and
   some end the process on files made to harm (libheif 1.15: a picture that is derived
   from itself): that must not be the end of a gallery of a thousand photos. */

#ifndef HUM_CLI_APART_H
#define HUM_CLI_APART_H

#include "other_formats.h"

/* As other_format_decode(), but the picture is for apart_free(). The process may use 4 GB
   and two minutes; what it prints is dropped. */
int apart_decode(const other_format *format, const uint8_t *bytes, size_t size,
                 other_picture *picture, char reason[OTHER_REASON]);
void apart_free(other_picture *picture);

#endif
