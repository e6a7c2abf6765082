/* What hum_info tells is JSON, whatever text a gallery of somebody else's carries. */

#include "check.h"
#include "small.h"

/* ---- JSON (RFC 8259), as far as hum_info uses it ---------------------------------- */

static const char *value(const char *p);

static const char *text(const char *p) {
    if (*p++ != '"') return NULL;
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < 0x20) return NULL;
        if (*p == '\\' && !strchr("\"\\/bfnrt", *++p)) return NULL;
    }
    return p + 1;
}

/* Members between brackets, which have keys in an object. */
static const char *members(const char *p, char end) {
    if (p[1] == end) return p + 2;
    do {
        p++;
        if (end == '}') {
            p = text(p);
            if (!p || *p++ != ':') return NULL;
        }
        p = value(p);
    } while (p && *p == ',');
    return p && *p == end ? p + 1 : NULL;
}

static const char *value(const char *p) {
    static const char *const words[] = {"null", "true", "false"};
    if (*p == '"') return text(p);
    if (*p == '{') return members(p, '}');
    if (*p == '[') return members(p, ']');
    for (int i = 0; i < 3; i++)
        if (strncmp(p, words[i], strlen(words[i])) == 0) return p + strlen(words[i]);
    size_t n = strspn(p, "+-.0123456789e");
    return n ? p + n : NULL;
}

static int is_json(const char *p) {
    return p && (p = value(p)) && !*p;
}

/* ---- A gallery of somebody else's -------------------------------------------------- */

int main(void) {
    CHECK(is_json("{\"a\":[1,-2.5e3,null],\"b\":{},\"c\":\"\\\"\"}"));
    CHECK(!is_json("{\"a\":\"\n\"}") && !is_json("{\"a\":1,}") && !is_json("[1] "));
    static graph g;
    small_graph(&g);
    model_file model = write_model(&g.model, small_recipe);
    graph_free(&g);
    hum_engine *e;
    CHECK_STATUS(hum_create(1, &e), HUM_OK);
    CHECK(is_json(hum_info(e)));
    CHECK_STATUS(hum_load_embedder(e, model.data, model.size, NULL, 0, NULL, 0), HUM_OK);
    CHECK(is_json(hum_info(e)));
    CHECK_STATUS(hum_gallery_begin(e, 0), HUM_OK);
    CHECK_STATUS(hum_gallery_add(e, (const float[8]){1}, "P", NULL, NULL, NULL, NULL,
                                 NULL, NULL, NULL, 0),
                 HUM_OK);
    const uint8_t *bytes;
    size_t size, at = 0;
    CHECK_STATUS(hum_gallery_end(e, 0, &bytes, &size), HUM_OK);
    uint8_t *other = malloc(size);
    memcpy(other, bytes, size);
    while (memcmp(other + at, "model ", 6) != 0) at++;
    int accepted = 0;
    for (int c = 1; c < 256; c++) {
        other[at + 8] = (uint8_t)c;
        hum_status status = hum_load_gallery(e, other, size, HUM_ANY_NETWORK);
        accepted += status == HUM_OK;
        if (status != HUM_OK) CHECK_TEXT(hum_error(e), "its contract is not a text");
        if (!CHECK(is_json(hum_info(e)))) printf("    after byte %d\n", c);
    }
    CHECK_INT(accepted, 127 - 32); /* printable ASCII, this byte being alone */
    memcpy(other + at, "\"\\\xc3\xa9", 4);
    other[at + 8] = 'a';
    CHECK_STATUS(hum_load_gallery(e, other, size, HUM_ANY_NETWORK), HUM_OK);
    CHECK_TEXT(hum_info(e), "\"contract\":\"\\\"\\\\\xc3\xa9");
    CHECK(is_json(hum_info(e)));
    hum_destroy(e);
    free(other);
    free(model.data);
    return check_end();
}
