#include "commands.h"

#include "files.h"
#include "gallery_file.h"
#include "names.h"
#include "npy.h"

#include <stdlib.h>
#include <string.h>

static const char SOURCE[] = "class vector of the network's own classifier, no photo";

typedef struct {
    npy vectors;
    name_list names, keep, without, links;
    size_t rows, bytes;
} work;

static int read_inputs(const cli_options *options, work *w) {
    const char *path = options->operands[0];
    size_t length = strlen(path);
    if (length < 4 || strcmp(path + length - 4, ".npy") != 0)
        return cli_fail("expected a file that ends in .npy, found '%s'", path);
    int code = npy_read(path, &w->vectors);
    char *names = must_copy(path);
    memcpy(names + length - 4, ".txt", 4);
    if (!code) code = names_read(names, &w->names);
    if (!code && w->names.count != w->vectors.count)
        code = cli_fail("%s has %zu names, %s %zu rows: they do not belong together",
                        names, w->names.count, path, w->vectors.count);
    free(names);
    if (!code) code = names_read_sorted(options->names, &w->keep);
    if (!code) code = names_read_sorted(options->without, &w->without);
    if (!code) code = names_read_sorted(options->links, &w->links);
    if (!code) code = names_check_links(&w->links, options->links);
    return code;
}

/* Adds the people who are wanted. */
static int add_people(hum_engine *engine, const cli_options *options, work *w,
                      const char *licence) {
    float *row = must_alloc(w->vectors.dimension, sizeof *row);
    int code = EXIT_DONE;
    for (size_t i = 0; !code && i < w->vectors.count; i++) {
        char *name = w->names.lines[i].name;
        /* All three are looked at, so that only names of nobody are reported. */
        const name_line *keep = names_find(&w->keep, name);
        const name_line *without = names_find(&w->without, name);
        const name_line *link = names_find(&w->links, name);
        if (without || (options->names && !keep)) continue;
        if (!npy_direction(&w->vectors, i, row))
            code = cli_fail("%s: row %zu ('%s') is not a vector with a direction",
                            options->operands[0], i + 1, name);
        else if (hum_gallery_add(engine, row, name, link ? link->value : NULL, NULL,
                                 SOURCE, NULL, licence, NULL, NULL, 0) != HUM_OK)
            code = cli_fail("'%s': %s", name, hum_error(engine));
        else w->rows++;
    }
    free(row);
    return code;
}

static int fill(hum_engine *engine, const cli_options *options, work *w) {
    if ((size_t)hum_dimension(engine) != w->vectors.dimension)
        return cli_fail(
            "%s has rows of %zu numbers, the network's embeddings have %d: name "
            "the network of the same weights with --model",
            options->operands[0], w->vectors.dimension, (int)hum_dimension(engine));
    const char *licence = NULL; /* what the network's recipe states */
    json_t *info = engine_info(engine);
    if (!info) return EXIT_BAD;
    json_unpack(info, "{s:{s:s}}", "embedder", "licence", &licence);
    int code = hum_gallery_begin(engine, HUM_NOT_PHOTOS) == HUM_OK
                   ? add_people(engine, options, w, licence)
                   : cli_fail("%s", hum_error(engine));
    json_decref(info);
    if (code) return code;
    names_report_unused(&w->keep, options->names);
    names_report_unused(&w->without, options->without);
    names_report_unused(&w->links, options->links);
    return w->rows ? EXIT_DONE : cli_nothing("nobody is left; nothing was written");
}

static int report(const cli_options *options, const work *w) {
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:I}", "file", text_json(options->output),
                                    "bytes", (json_int_t)w->bytes, "vectors",
                                    (json_int_t)w->rows));
    printf("%s: %zu class vectors, no photos, %zu bytes\n", options->output, w->rows,
           w->bytes);
    return EXIT_DONE;
}

int run_gallery_from_classifier(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    work w = {0};
    hum_engine *engine = NULL;
    int code = read_inputs(options, &w);
    if (!code) code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code) code = fill(engine, options, &w);
    if (!code) code = gallery_write(engine, 0, options->output, &w.bytes);
    if (!code) code = report(options, &w);
    hum_destroy(engine);
    free(w.vectors.bytes);
    names_free(&w.names);
    names_free(&w.keep);
    names_free(&w.without);
    names_free(&w.links);
    return code;
}
