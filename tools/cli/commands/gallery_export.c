#include "commands.h"

#include "files.h"
#include "gallery_file.h"
#include "npy.h"

#include <stdlib.h>
#include <string.h>

static int write_rows(hum_engine *engine, const char *path, int photos) {
    output_file out;
    int dimension = hum_dimension(engine);
    if (output_open(&out, path)) return EXIT_BAD;
    npy_write_header(out.file, photos, dimension);
    float *row = must_alloc((size_t)dimension, sizeof *row);
    hum_status status = HUM_OK;
    for (int i = 0; i < photos && status == HUM_OK; i++) {
        status = hum_gallery_embedding(engine, i, row);
        npy_write_row(out.file, row, dimension);
    }
    free(row);
    int code = output_close(&out);
    return status == HUM_OK ? code : cli_fail("%s", hum_error(engine));
}

static void write_cell(FILE *out, const char *text, char end) {
    if (strpbrk(text, ",\"\r\n")) {
        putc('"', out);
        for (; *text; text++) {
            if (*text == '"') putc('"', out);
            putc(*text, out);
        }
        putc('"', out);
    } else {
        fputs(text, out);
    }
    putc(end, out);
}

static int write_entries(hum_engine *engine, const char *path, int photos) {
    output_file out;
    if (output_open(&out, path)) return EXIT_BAD;
    fputs("person,person_link,file,source,author,licence,link\n", out.file);
    for (int i = 0; i < photos; i++) {
        entry_texts t = entry_read(engine, i);
        const char *cells[] = {t.name,   t.link,    t.file,      t.source,
                               t.author, t.licence, t.photo_link};
        for (int k = 0; k < 7; k++) write_cell(out.file, cells[k], k < 6 ? ',' : '\n');
    }
    return output_close(&out);
}

int run_gallery_export(const cli_options *options) {
    if (!options->npy || !options->csv)
        return cli_fail("name the files to write: --npy rows.npy --csv rows.csv");
    hum_engine *engine = NULL;
    gallery_file gallery = {0};
    int photos = 0, code = output_check(options->npy);
    if (!code) code = output_check(options->csv);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code) code = gallery_open(engine, options->operands[0], &gallery);
    json_t *info = code ? NULL : engine_info(engine);
    if (!code && !info) code = EXIT_BAD;
    if (!code) json_unpack(info, "{s:{s:i}}", "gallery", "photos", &photos);
    json_decref(info);
    if (!code) code = write_rows(engine, options->npy, photos);
    if (!code) code = write_entries(engine, options->csv, photos);
    hum_destroy(engine);
    gallery_close(&gallery);
    if (code) return code;
    if (options->json)
        return print_json(json_pack("{s:o,s:o,s:i}", "npy", text_json(options->npy),
                                    "csv", text_json(options->csv), "photos", photos));
    printf("%s, %s: %d photos\n", options->npy, options->csv, photos);
    return EXIT_DONE;
}
