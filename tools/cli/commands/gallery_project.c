#include "commands.h"

#include "files.h"
#include "gallery_file.h"

#include <stdlib.h>

static hum_status copy_photo(hum_engine *engine, int photo, float *row) {
    const uint8_t *thumbnail;
    size_t size;
    hum_status status = hum_gallery_embedding(engine, photo, row);
    if (status == HUM_OK)
        status = hum_gallery_thumbnail(engine, photo, &thumbnail, &size);
    if (status != HUM_OK) return status;
    entry_texts t = entry_read(engine, photo);
    return hum_gallery_add(engine, row, t.name, t.link, t.file, t.source, t.author,
                           t.licence, t.photo_link, thumbnail, size);
}

/* Adds every photo of the loaded gallery to a new one. */
static int copy_photos(hum_engine *engine, int *photos) {
    int pairs = 0;
    json_t *info = engine_info(engine);
    if (!info) return EXIT_BAD;
    json_unpack(info, "{s:{s:i,s:{s:i}}}", "gallery", "photos", photos, "nearest",
                "pairs", &pairs);
    json_decref(info);
    /* A gallery that does not say how alike its people are stays one. */
    hum_status status = hum_gallery_begin(engine, pairs ? 0 : HUM_NOT_PHOTOS);
    float *row = must_alloc((size_t)hum_dimension(engine), sizeof *row);
    for (int i = 0; status == HUM_OK && i < *photos; i++)
        status = copy_photo(engine, i, row);
    free(row);
    return status == HUM_OK ? EXIT_DONE : cli_fail("%s", hum_error(engine));
}

static int report(const cli_options *options, size_t size, int photos) {
    int axes = options->axes[0];
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:i,s:i}", "file",
                                    text_json(options->output), "bytes", (json_int_t)size,
                                    "photos", photos, "axes", axes));
    printf("%s: %d photos along %d axes, %zu bytes\n", options->output, photos, axes,
           size);
    return EXIT_DONE;
}

int run_gallery_project(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    if (!options->axes_count) return cli_fail("say to how many numbers: --axes 128");
    hum_engine *engine = NULL;
    gallery_file gallery = {0};
    size_t size = 0;
    int photos = 0, code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code) code = gallery_open(engine, options->operands[0], &gallery);
    if (!code) code = copy_photos(engine, &photos);
    if (!code) code = gallery_write(engine, options->axes[0], options->output, &size);
    if (!code) code = report(options, size, photos);
    hum_destroy(engine);
    gallery_close(&gallery);
    return code;
}
