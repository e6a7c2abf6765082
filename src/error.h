/* Error texts: one buffer per engine, written in one place. */

#ifndef HUM_ERROR_H
#define HUM_ERROR_H

#include "humshakal.h"

typedef struct {
    char text[512];
} hum_text;

/* Formats the text (printf) and returns the status, so that a failure is one line:
       return hum_fail(error, HUM_ERROR_FORMAT, "the model ends after %zu bytes", n);
   Bytes of outside data in arguments are the caller's to escape: only names that were
   checked with hum_printable go in. */
#ifdef __GNUC__
__attribute__((format(printf, 3, 4)))
#endif
hum_status
hum_fail(hum_text *error, hum_status status, const char *format, ...);

/* Copies at most capacity - 1 bytes of text into out with everything but printable ASCII
   replaced by '?'. Returns out. */
const char *hum_printable(const char *text, size_t size, char *out, size_t capacity);

#endif
