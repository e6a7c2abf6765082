#include "commands.h"

#include "photo.h"

static int print_faces(const cli_options *options, const int32_t size[2],
                       const hum_face *faces, int32_t count) {
    const char *path = options->operands[0];
    if (options->json) {
        json_t *list = json_array();
        for (int32_t i = 0; i < count; i++)
            json_array_append_new(list, face_json(&faces[i]));
        return print_json(json_pack("{s:o,s:i,s:i,s:o}", "photo", text_json(path),
                                    "width", size[0], "height", size[1], "faces", list));
    }
    printf("%s: %d x %d pixels, faces: %d\n", path, size[0], size[1], count);
    for (int32_t i = 0; i < count; i++)
        printf("%3d  at %.0f, %.0f  size %.0f x %.0f  score %.2f\n", i + 1,
               (double)faces[i].x, (double)faces[i].y, (double)faces[i].width,
               (double)faces[i].height, (double)faces[i].score);
    return EXIT_DONE;
}

int run_detect(const cli_options *options) {
    if (options->no_detect)
        return cli_fail("detect looks for faces; --no-detect leaves it nothing to do");
    hum_engine *engine;
    int code = engine_open(options, DETECTORS, &engine);
    if (code) return code;
    const char *path = options->operands[0];
    int32_t size[2], count = 0;
    hum_face faces[HUM_MAX_FACES];
    char message[PHOTO_MESSAGE];
    if (!photo_decode(engine, path, size, message))
        code = cli_fail("%s: %s", path, message);
    else if (hum_detect(engine, faces, HUM_MAX_FACES, &count) != HUM_OK)
        code = cli_fail("%s: %s", path, hum_error(engine));
    else code = print_faces(options, size, faces, count);
    hum_destroy(engine);
    return code || count ? code : EXIT_NOTHING;
}
