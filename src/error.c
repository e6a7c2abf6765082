#include "error.h"

#include <stdarg.h>
#include <stdio.h>

const char *hum_status_name(int32_t status) {
    static const char *const names[] = {"HUM_OK",
                                        "HUM_ERROR_ARGUMENT",
                                        "HUM_ERROR_STATE",
                                        "HUM_ERROR_FORMAT",
                                        "HUM_ERROR_UNSUPPORTED",
                                        "HUM_ERROR_LIMIT",
                                        "HUM_ERROR_MEMORY",
                                        "HUM_ERROR_MISMATCH",
                                        "HUM_ERROR_VALUE",
                                        "HUM_ERROR_INTERNAL"};
    if (status < 0 || status > HUM_ERROR_INTERNAL) return "unknown status";
    return names[status];
}

hum_status hum_fail(hum_text *error, hum_status status, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->text, sizeof error->text, format, arguments);
    va_end(arguments);
    return status;
}

const char *hum_printable(const char *text, size_t size, char *out, size_t capacity) {
    size_t n = 0;
    for (; n + 1 < capacity && n < size && text[n]; n++)
        out[n] = text[n] >= 32 && text[n] < 127 ? text[n] : '?';
    out[n] = 0;
    return out;
}
