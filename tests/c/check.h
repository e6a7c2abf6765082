/* Checks that say what failed and go on. A test's main ends with `return check_end();`.
 */

#ifndef CHECK_H
#define CHECK_H

#include "humshakal.h"

#include <stdio.h>
#include <string.h>

static int check_count, check_failures;

#define CHECK(condition) check_that((condition) != 0, #condition, __FILE__, __LINE__)
#define CHECK_INT(found, expected)                                                       \
    check_int((long long)(found), (long long)(expected), #found, __FILE__, __LINE__)
#define CHECK_STATUS(call, status)                                                       \
    check_text(hum_status_name((int32_t)(call)), #status, #call, __FILE__, __LINE__)
#define CHECK_TEXT(found, part) check_text(found, part, #found, __FILE__, __LINE__)

static inline int check_that(int ok, const char *what, const char *file, int line) {
    check_count++;
    if (!ok && check_failures++ < 20) printf("%s:%d: not so: %s\n", file, line, what);
    return ok;
}
static inline void check_int(long long found, long long expected, const char *what,
                             const char *file, int line) {
    if (!check_that(found == expected, what, file, line))
        printf("    found %lld, expected %lld\n", found, expected);
}
/* part: what the text must contain. */
static inline void check_text(const char *found, const char *part, const char *what,
                              const char *file, int line) {
    if (!check_that(found && strstr(found, part), what, file, line))
        printf("    found '%s', expected '%s'\n", found ? found : "NULL", part);
}
static inline int check_end(void) {
    printf("%d checks, %d failed\n", check_count, check_failures);
    return check_failures > 0 || check_count == 0;
}
#endif
