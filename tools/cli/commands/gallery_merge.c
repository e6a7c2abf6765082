#include "commands.h"

#include "files.h"
#include "gallery_file.h"

/* What is merged must be embeddings of photos, whole ones. */
static int check(hum_engine *engine, const char *path, int *photos) {
    int projected = 0;
    json_t *info = engine_info(engine);
    if (!info) return EXIT_BAD;
    json_unpack(info, "{s:{s:i,s:b}}", "gallery", "photos", photos, "projected",
                &projected);
    json_decref(info);
    if (projected)
        return cli_fail("%s has rows along axes, which are its own: merge galleries that "
                        "were made without --axes, then project what comes of it",
                        path);
    if (!entry_has_photo(engine, 0))
        return cli_fail("%s holds directions of a classifier, whose scores are not those "
                        "of photos",
                        path);
    return EXIT_DONE;
}

static int add_gallery(hum_engine *engine, const char *path, int *sum) {
    gallery_file gallery;
    int photos = 0, code = gallery_open(engine, path, &gallery);
    if (!code) code = check(engine, path, &photos);
    if (!code) code = gallery_add_photos(engine, photos);
    gallery_close(&gallery);
    *sum += photos;
    return code;
}

int run_gallery_merge(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    hum_engine *engine = NULL;
    size_t size = 0;
    int photos = 0, code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code && hum_gallery_begin(engine, 0) != HUM_OK)
        code = cli_fail("%s", hum_error(engine));
    for (int i = 0; !code && i < options->operand_count; i++)
        code = add_gallery(engine, options->operands[i], &photos);
    if (!code) code = gallery_write(engine, options->axes[0], options->output, &size);
    hum_destroy(engine);
    if (code) return code;
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:i}", "file", text_json(options->output),
                                    "bytes", (json_int_t)size, "photos", photos));
    printf("%s: %d photos, %zu bytes\n", options->output, photos, size);
    return EXIT_DONE;
}
