/* Whole files of the project, for tests. */

#ifndef FILES_H
#define FILES_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct {
    uint8_t *data; /* free it */
    size_t size;
} file;

/* data NULL where there is no such file. */
static inline file read_file(const char *path) {
    file f = {NULL, 0};
    FILE *stream = fopen(path, "rb");
    if (!stream) return f;
    fseek(stream, 0, SEEK_END);
    f.size = (size_t)ftell(stream);
    rewind(stream);
    f.data = (uint8_t *)malloc(f.size + 1);
    if (!f.data || fread(f.data, 1, f.size, stream) != f.size) exit(1);
    fclose(stream);
    return f;
}

/* Ends the test, failed, where the file is missing. */
static inline file need_file(const char *path) {
    file f = read_file(path);
    if (!f.data) {
        printf("%s is missing: run tools/demo.sh --no-serve\n", path);
        exit(1);
    }
    return f;
}

#endif
