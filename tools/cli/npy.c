#include "npy.h"

#include "fail.h"
#include "files.h"
#include "humshakal.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ROWS = 1000000, MAX_HEADER = 4096 };
#define MAX_BYTES ((size_t)4 << 30)

static unsigned long little(const unsigned char *p, int bytes) {
    unsigned long value = 0;
    while (bytes--) value = value << 8 | p[bytes];
    return value;
}

/* The header's text is a Python dictionary; only what NumPy and our converter write is
   taken. */
static int parse_header(const char *text, size_t *count, size_t *dimension) {
    const char *shape = strstr(text, "'shape': (");
    char end;
    return strstr(text, "'descr': '<f4'") && strstr(text, "'fortran_order': False") &&
           shape &&
           sscanf(shape, "'shape': (%9zu, %9zu%c", count, dimension, &end) == 3 &&
           end == ')' && *count && *dimension;
}

int npy_read(const char *path, npy *m) {
    size_t size = 0, count = 0, dimension = 0;
    const char *why = "";
    m->bytes = file_read(path, MAX_BYTES, &size, &why);
    if (!m->bytes) return cli_fail("the vectors %s cannot be read: %s", path, why);
    if (size < 12 || memcmp(m->bytes, "\x93NUMPY", 6) != 0)
        return cli_fail("%s is not a NumPy file (.npy), which tools/convert.mjs "
                        "writes with --classifier",
                        path);
    int width = m->bytes[6] == 1 ? 2 : 4;
    size_t start = 8 + (size_t)width, length = little(m->bytes + 8, width);
    if (m->bytes[6] < 1 || m->bytes[6] > 3 || length > size - start ||
        length > MAX_HEADER)
        return cli_fail("%s: its header is damaged", path);
    char header[MAX_HEADER + 1];
    memcpy(header, m->bytes + start, length);
    header[length] = 0;
    if (!parse_header(header, &count, &dimension))
        return cli_fail("%s does not hold rows of little-endian 32-bit floats "
                        "('<f4', in C order, two dimensions)",
                        path);
    size_t have = size - start - length;
    if (count > MAX_ROWS || dimension > HUM_MAX_DIMENSION ||
        have != 4 * count * dimension)
        return cli_fail("%s: %zu rows of %zu numbers need %zu bytes, it has %zu; at most "
                        "%d rows are read",
                        path, count, dimension, 4 * count * dimension, have, MAX_ROWS);
    m->data = m->bytes + start + length;
    m->count = count;
    m->dimension = dimension;
    return EXIT_DONE;
}

int npy_direction(const npy *m, size_t row, float *out) {
    double sum = 0;
    for (size_t i = 0; i < m->dimension; i++) {
        uint32_t bits = (uint32_t)little(m->data + 4 * (row * m->dimension + i), 4);
        memcpy(&out[i], &bits, sizeof bits);
        sum += (double)out[i] * (double)out[i];
    }
    double scale = 1 / sqrt(sum);
    for (size_t i = 0; i < m->dimension; i++) out[i] = (float)((double)out[i] * scale);
    return isfinite(sum) && isfinite(scale);
}

/* Format 1.0: magic, version, length of the header, header padded so that the floats
   begin at a multiple of 64. */
void npy_write_header(FILE *out, int count, int dimension) {
    char header[128];
    int n = snprintf(header, sizeof header,
                     "{'descr': '<f4', 'fortran_order': False, 'shape': (%d, %d), }",
                     count, dimension);
    int padded = (10 + n + 1 + 63) / 64 * 64 - 10;
    fwrite("\x93NUMPY\1\0", 1, 8, out);
    fputc(padded & 255, out);
    fputc(padded >> 8, out);
    fprintf(out, "%s%*s\n", header, padded - n - 1, "");
}

void npy_write_row(FILE *out, const float *row, int dimension) {
    for (int k = 0; k < dimension; k++) {
        uint32_t bits;
        memcpy(&bits, &row[k], sizeof bits);
        for (int shift = 0; shift < 32; shift += 8)
            fputc((int)(bits >> shift & 255), out);
    }
}
