#include "commands.h"

#include "files.h"
#include "npy.h"
#include "workers.h"

static int write_rows(const char *path, const photo_result *photos, int count,
                      int dimension) {
    output_file out;
    if (output_open(&out, path)) return EXIT_BAD;
    npy_write_header(out.file, count, dimension);
    for (int i = 0; i < count; i++)
        npy_write_row(out.file, photos[i].embedding, dimension);
    return output_close(&out);
}

static int print_rows_json(char *const *paths, const photo_result *photos, int count,
                           int dimension) {
    json_t *list = json_array();
    for (int i = 0; i < count; i++) {
        const photo_result *r = &photos[i];
        json_array_append_new(
            list, json_pack("{s:o,s:o,s:o}", "photo", text_json(paths[i]), "face",
                            r->faces ? face_json(&r->face) : json_null(), "embedding",
                            floats_json(r->embedding, dimension)));
    }
    return print_json(json_pack("{s:o}", "photos", list));
}

static void print_rows(char *const *paths, const photo_result *photos, int count,
                       int dimension) {
    for (int i = 0; i < count; i++) {
        printf("%s", paths[i]);
        for (int k = 0; k < dimension; k++)
            printf(k ? " %.9g" : "\t%.9g", (double)photos[i].embedding[k]);
        putchar('\n');
    }
}

static int put_out(const cli_options *options, const photo_result *photos,
                   int dimension) {
    char *const *paths = options->operands;
    int count = options->operand_count, code = EXIT_DONE;
    /* All or nothing: the rows of the output stand for the operands. */
    for (int i = 0; i < count && code != EXIT_BAD; i++) {
        int checked = photo_check(&photos[i], paths[i]);
        if (checked) code = checked;
    }
    if (!code && options->output)
        code = write_rows(options->output, photos, count, dimension);
    if (!code && options->json) return print_rows_json(paths, photos, count, dimension);
    if (!code && !options->output) print_rows(paths, photos, count, dimension);
    return code;
}

int run_embed(const cli_options *options) {
    if (options->output && output_check(options->output)) return EXIT_BAD;
    hum_engine *engine;
    int code = engine_open(options, EMBEDDER | DETECTORS, &engine);
    if (code) return code;
    int count = options->operand_count;
    photo_result *photos = photos_read(engine, options, options->operands, count, 0);
    code = photos ? put_out(options, photos, hum_dimension(engine)) : EXIT_BAD;
    photos_free(photos, count);
    hum_destroy(engine);
    return code;
}
