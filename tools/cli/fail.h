/* How a command ends, and what it says on stderr meanwhile. */

#ifndef HUM_CLI_FAIL_H
#define HUM_CLI_FAIL_H

#include <stddef.h>

/* Exit codes, the same for every command. */
enum {
    EXIT_DONE = 0,
    EXIT_NOTHING = 1, /* no face, no match, not the same person */
    EXIT_BAD = 2      /* wrong use, bad input, or a failure */
};

#define LIKE_PRINTF __attribute__((format(printf, 1, 2)))

/* Each prints a line, which may hold texts of strangers. */
LIKE_PRINTF int cli_fail(const char *format, ...); /* returns EXIT_BAD */
LIKE_PRINTF void cli_note(const char *format, ...);

#define cli_nothing(...) (cli_fail(__VA_ARGS__), EXIT_NOTHING)

/* malloc and friends that end the program when memory has run out: in a tool there is
   nothing better to do. New memory is zero. */
void *must_alloc(size_t count, size_t size);
void *must_grow(void *block, size_t count, size_t size);
char *must_copy(const char *text);
LIKE_PRINTF char *must_format(const char *format, ...);

#endif
