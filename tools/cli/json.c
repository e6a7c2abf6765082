#include "json.h"

#include "fail.h"
#include "text.h"

#include <math.h>
#include <stdlib.h>

json_t *text_json(const char *text) {
    json_t *string = json_string(text);
    if (string) return string;
    char *valid = NULL;
    size_t size;
    FILE *out = open_memstream(&valid, &size);
    if (!out) return NULL;
    text_write(out, text, 0);
    if (fclose(out) == 0) string = json_string(valid);
    free(valid);
    return string;
}

json_t *number_json(double value) {
    return isnan(value) ? json_null() : json_real(value);
}

json_t *floats_json(const float *values, int count) {
    json_t *array = json_array();
    for (int i = 0; i < count; i++)
        json_array_append_new(array, json_real((double)values[i]));
    return array;
}

json_t *face_json(const hum_face *face) {
    json_t *points = json_array();
    for (int i = 0; i < 6; i++)
        json_array_append_new(points, floats_json(face->points + 2 * i, 2));
    return json_pack("{s:f,s:f,s:f,s:f,s:f,s:f,s:o}", "x", (double)face->x, "y",
                     (double)face->y, "width", (double)face->width, "height",
                     (double)face->height, "score", (double)face->score, "inside",
                     (double)face->inside, "points", points);
}

int print_json(json_t *value) {
    /* Nine digits are what tells every float from its neighbours. */
    int failed =
        !value || json_dumpf(value, stdout, JSON_COMPACT | JSON_REAL_PRECISION(9));
    json_decref(value);
    putchar('\n');
    return failed ? cli_fail("the JSON could not be written") : EXIT_DONE;
}
