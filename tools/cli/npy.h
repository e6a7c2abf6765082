/* NumPy's file format (.npy): rows of 32-bit floats. */

#ifndef HUM_CLI_NPY_H
#define HUM_CLI_NPY_H

#include <stddef.h>
#include <stdio.h>

typedef struct {
    unsigned char *bytes; /* the file, to be freed */
    const unsigned char *data;
    size_t count, dimension;
} npy;

/* Returns EXIT_DONE, or EXIT_BAD with the reason printed. */
int npy_read(const char *path, npy *matrix);

/* A row as a vector of length 1. Returns 0 if it has no direction. */
int npy_direction(const npy *matrix, size_t row, float *out);

/* Errors are the stream's. */
void npy_write_header(FILE *out, int count, int dimension);
void npy_write_row(FILE *out, const float *row, int dimension);

#endif
