#define _DEFAULT_SOURCE /* strsep */

#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { MAX_LINES_BYTES = 16 << 20, MAX_CLASSES = 1000000 };
#define MAX_VECTOR_BYTES ((size_t)4 << 30)

static const char SOURCE[] = "class vector of the network's own classifier, no photo";

/* ---- Vectors: NumPy's format ------------------------------------------------------- */

typedef struct {
    unsigned char *bytes; /* the file */
    const unsigned char *data;
    size_t count, dimension;
} vectors;

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

static int vectors_read(const char *path, vectors *v) {
    size_t size = 0, count = 0, dimension = 0;
    const char *why = "";
    v->bytes = file_read(path, MAX_VECTOR_BYTES, &size, &why);
    if (!v->bytes) return cli_fail("the vectors %s cannot be read: %s", path, why);
    if (size < 12 || memcmp(v->bytes, "\x93NUMPY", 6) != 0)
        return cli_fail(
            "%s is not a NumPy file (.npy), which tools/convert.mjs writes with "
            "--classifier",
            path);
    int width = v->bytes[6] == 1 ? 2 : 4;
    size_t start = 8 + (size_t)width, length = little(v->bytes + 8, width);
    if (v->bytes[6] < 1 || v->bytes[6] > 3 || length > size - start || length > 4096)
        return cli_fail("%s: its header is damaged", path);
    char header[4097];
    memcpy(header, v->bytes + start, length);
    header[length] = 0;
    if (!parse_header(header, &count, &dimension))
        return cli_fail("%s does not hold rows of little-endian 32-bit floats "
                        "('<f4', in C order, two dimensions)",
                        path);
    size_t have = size - start - length;
    if (count > MAX_CLASSES || dimension > HUM_MAX_DIMENSION ||
        have != 4 * count * dimension)
        return cli_fail("%s: %zu rows of %zu numbers need %zu bytes, it has %zu; at most "
                        "%d rows are read",
                        path, count, dimension, 4 * count * dimension, have, MAX_CLASSES);
    v->data = v->bytes + start + length;
    v->count = count;
    v->dimension = dimension;
    return EXIT_DONE;
}

/* A row as a vector of length 1. Returns 0 if it has no direction. */
static int vectors_row(const vectors *v, size_t row, float *out) {
    double sum = 0;
    for (size_t i = 0; i < v->dimension; i++) {
        unsigned bits = (unsigned)little(v->data + 4 * (row * v->dimension + i), 4);
        memcpy(&out[i], &bits, sizeof bits);
        sum += (double)out[i] * (double)out[i];
    }
    double scale = 1 / sqrt(sum);
    for (size_t i = 0; i < v->dimension; i++) out[i] = (float)((double)out[i] * scale);
    return isfinite(sum) && isfinite(scale);
}

/* ---- Lists of names ---------------------------------------------------------------- */

typedef struct {
    char *name, *value; /* value: behind a tab, NULL without one */
    int used;
} line;

typedef struct {
    unsigned char *bytes;
    line *lines;
    size_t count;
} list;

static int by_name(const void *a, const void *b) {
    return strcasecmp(((const line *)a)->name, ((const line *)b)->name);
}

static void list_free(list *l) {
    free(l->bytes);
    free(l->lines);
}

/* `Joe_Biden ` -> `Joe Biden`, in place, as the converter does: whoever asks to be left
   out is found in either spelling. */
static char *plain(char *name) {
    char *out = name;
    for (char *token, *rest = name; (token = strsep(&rest, "_ \r"));) {
        if (!*token) continue;
        size_t length = strlen(token);
        if (out != name) *out++ = ' ';
        memmove(out, token, length);
        out += length;
    }
    *out = 0;
    return name;
}

/* Lines that are not empty, in their order. */
static int list_read(const char *path, list *l) {
    size_t size = 0, room = 1;
    const char *why = "";
    l->bytes = file_read(path, MAX_LINES_BYTES, &size, &why);
    if (!l->bytes) return cli_fail("the names %s cannot be read: %s", path, why);
    if (memchr(l->bytes, 0, size)) return cli_fail("%s is not a text", path);
    for (size_t i = 0; i < size; i++) room += l->bytes[i] == '\n';
    l->lines = must_alloc(room, sizeof *l->lines);
    char *rest = (char *)l->bytes, *text;
    if (strncmp(rest, "\xEF\xBB\xBF", 3) == 0) rest += 3; /* editors write this mark */
    for (int number = 1; (text = strsep(&rest, "\n")); number++) {
        char *value = text, *name = plain(strsep(&value, "\t"));
        if (value) value[strcspn(value, "\r")] = 0;
        if (!*name && !value) continue;
        if (!*name || !text_is_clean(name) || (value && !text_is_clean(value)))
            return cli_fail("%s: line %d holds no name in clean UTF-8", path, number);
        l->lines[l->count++] = (line){name, value, 0};
    }
    return EXIT_DONE;
}

/* The same, sorted for list_find and nobody twice; an empty list where path is NULL. */
static int list_read_sorted(const char *path, list *l) {
    if (!path) return EXIT_DONE;
    int code = list_read(path, l);
    if (code) return code;
    qsort(l->lines, l->count, sizeof *l->lines, by_name);
    size_t count = 0;
    for (size_t i = 0; i < l->count; i++) {
        const line *last = count ? &l->lines[count - 1] : NULL, *next = &l->lines[i];
        if (!last || by_name(last, next) != 0) l->lines[count++] = *next;
        else if (strcmp(last->value ? last->value : "", next->value ? next->value : ""))
            return cli_fail("%s: '%s' comes twice, with different links", path,
                            next->name);
    }
    l->count = count;
    return EXIT_DONE;
}

/* The line with a name in a sorted list, whatever the case of its letters (of A to Z);
   NULL: none. */
static line *list_find(const list *l, char *name) {
    line key = {name, NULL, 0};
    line *found =
        l->count ? bsearch(&key, l->lines, l->count, sizeof key, by_name) : NULL;
    if (found) found->used = 1;
    return found;
}

static void report_unused(const list *l, const char *path) {
    for (size_t i = 0; i < l->count; i++)
        if (!l->lines[i].used)
            fprintf(stderr, "note: nobody is called '%s' (%s)\n", l->lines[i].name, path);
}

static int check_links(const list *l, const char *path) {
    for (size_t i = 0; i < l->count; i++) {
        const char *link = l->lines[i].value;
        if (!link ||
            (strncmp(link, "http://", 7) != 0 && strncmp(link, "https://", 8) != 0))
            return cli_fail("%s: expected a name, a tab and an http address, found '%s'",
                            path, l->lines[i].name);
    }
    return EXIT_DONE;
}

/* ---- The gallery ------------------------------------------------------------------- */

typedef struct {
    vectors vectors;
    list names, keep, without, links;
    char *licence;
    size_t rows, bytes;
} work;

static int read_inputs(const cli_options *options, work *w) {
    const char *path = options->operands[0];
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, ".npy") != 0)
        return cli_fail("expected a file that ends in .npy, found '%s'", path);
    int code = vectors_read(path, &w->vectors);
    char *names = must_copy(path);
    memcpy(names + length - 4, ".txt", 4);
    if (!code) code = list_read(names, &w->names);
    if (!code && w->names.count != w->vectors.count)
        code = cli_fail("%s has %zu names, %s %zu rows: they do not belong together",
                        names, w->names.count, path, w->vectors.count);
    free(names);
    if (!code) code = list_read_sorted(options->names, &w->keep);
    if (!code) code = list_read_sorted(options->without, &w->without);
    if (!code) code = list_read_sorted(options->links, &w->links);
    if (!code) code = check_links(&w->links, options->links);
    return code;
}

/* The licence that the network's recipe states; fresh memory. */
static char *licence_of(hum_engine *engine) {
    json_value info;
    char why[160];
    const char *text = hum_info(engine);
    if (!text || json_parse(text, strlen(text), &info, why)) return must_copy("");
    const json_value *licence = json_get(json_get(&info, "embedder"), "licence");
    char *copy = must_copy(licence && licence->text ? licence->text : "");
    json_free(&info);
    return copy;
}

static int fill(hum_engine *engine, const cli_options *options, work *w) {
    if ((size_t)hum_dimension(engine) != w->vectors.dimension)
        return cli_fail(
            "%s has rows of %zu numbers, the network's embeddings have %d: name "
            "the network of the same weights with --model",
            options->operands[0], w->vectors.dimension, (int)hum_dimension(engine));
    if (hum_gallery_begin(engine, HUM_NOT_PHOTOS) != HUM_OK)
        return cli_fail("%s", hum_error(engine));
    w->licence = licence_of(engine);
    float *row = must_alloc(w->vectors.dimension, sizeof *row);
    int code = EXIT_DONE;
    for (size_t i = 0; !code && i < w->vectors.count; i++) {
        char *name = w->names.lines[i].name;
        /* All three are looked at, so that only names of nobody are reported. */
        const line *keep = list_find(&w->keep, name);
        const line *without = list_find(&w->without, name);
        const line *link = list_find(&w->links, name);
        if (without || (options->names && !keep)) continue;
        if (!vectors_row(&w->vectors, i, row))
            code = cli_fail("%s: row %zu ('%s') is not a vector with a direction",
                            options->operands[0], i + 1, name);
        else if (hum_gallery_add(engine, row, name, link ? link->value : NULL, NULL,
                                 SOURCE, NULL, w->licence, NULL, NULL, 0) != HUM_OK)
            code = cli_fail("'%s': %s", name, hum_error(engine));
        else w->rows++;
    }
    free(row);
    return code;
}

int run_gallery_from_classifier(const cli_options *options) {
    if (!options->output) return cli_fail("name the file to write: -o people.humg");
    work w = {0};
    cli_options embedder_only = *options;
    embedder_only.no_detect = 1;
    hum_engine *engine = NULL;
    int code = read_inputs(options, &w);
    if (!code) code = output_check(options->output);
    if (!code) code = (engine = engine_open(&embedder_only)) ? EXIT_DONE : EXIT_BAD;
    if (!code) code = fill(engine, options, &w);
    if (!code) {
        report_unused(&w.keep, options->names);
        report_unused(&w.without, options->without);
        report_unused(&w.links, options->links);
    }
    if (!code && !w.rows) {
        cli_fail("nobody is left; nothing was written");
        code = EXIT_NOTHING;
    }
    if (!code) code = gallery_write(engine, options, &w.bytes);
    if (!code && options->json) {
        fputs("{\"file\":", stdout);
        json_string(stdout, options->output);
        printf(",\"bytes\":%zu,\"vectors\":%zu}\n", w.bytes, w.rows);
    } else if (!code) {
        printf("%s: %zu class vectors, no photos, %zu bytes\n", options->output, w.rows,
               w.bytes);
    }
    hum_destroy(engine);
    free(w.licence);
    free(w.vectors.bytes);
    list_free(&w.names);
    list_free(&w.keep);
    list_free(&w.without);
    list_free(&w.links);
    return code;
}
