#include "fail.h"

#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block, size_t count, size_t size) {
    if (block) return block;
    fprintf(stderr, "humshakal: memory ran out (%zu x %zu bytes)\n", count, size);
    exit(EXIT_BAD);
}

void *must_alloc(size_t count, size_t size) {
    return must(calloc(count ? count : 1, size), count, size);
}

void *must_grow(void *block, size_t count, size_t size) {
    int fits = !size || count <= SIZE_MAX / size;
    return must(fits ? realloc(block, count * size) : NULL, count, size);
}

char *must_copy(const char *text) {
    size_t size = strlen(text) + 1;
    return memcpy(must_alloc(size, 1), text, size);
}

static char *format_list(const char *format, va_list list) {
    char *text = NULL;
    if (vasprintf(&text, format, list) < 0) text = NULL;
    return must(text, 1, strlen(format));
}

char *must_format(const char *format, ...) {
    va_list list;
    va_start(list, format);
    char *text = format_list(format, list);
    va_end(list);
    return text;
}

static void print_line(const char *before, const char *format, va_list list) {
    char *line = format_list(format, list);
    fputs(before, stderr);
    text_write(stderr, line, 1);
    fputc('\n', stderr);
    free(line);
}

int cli_fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    print_line("humshakal: ", format, list);
    va_end(list);
    return EXIT_BAD;
}

void cli_note(const char *format, ...) {
    va_list list;
    va_start(list, format);
    print_line("", format, list);
    va_end(list);
}
