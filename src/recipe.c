#include "recipe.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_RECIPE_BYTES = 16384, MAX_KEY = 32, MAX_NUMBERS_TEXT = 1024 };

typedef struct {
    const char *text;
    size_t size;
} span;

static span trim(span s) {
    while (s.size && (*s.text == ' ' || *s.text == '\t')) s.text++, s.size--;
    while (s.size && strchr(" \t\r", s.text[s.size - 1])) s.size--;
    return s;
}

static int equals(span s, const char *word) {
    return s.size == strlen(word) && memcmp(s.text, word, s.size) == 0;
}

/* Reads up to max numbers; returns how many there are, -1 for anything else. strtof is
   bounded by the copy; the C locale is the engine's only one. */
static int numbers(span s, float *out, int max) {
    char copy[MAX_NUMBERS_TEXT];
    if (s.size >= sizeof copy) return -1;
    memcpy(copy, s.text, s.size);
    copy[s.size] = 0;
    int n = 0;
    for (char *p = copy; *p;) {
        if (n == max) return -1;
        char *end;
        out[n] = strtof(p, &end);
        if (end == p || (*end && *end != ' ') || !isfinite(out[n])) return -1;
        n++;
        for (p = end; *p == ' ';) p++;
    }
    return n;
}

/* ---- Values ---------------------------------------------------------------------- */

typedef struct key key;

struct key {
    const char *name;
    int need, allowed; /* who must, who may have it: 1 embedders, 2 detectors */
    int (*read)(span value, const key *k, void *out); /* 0: not allowed */
    size_t at;            /* where `out` lies in a hum_recipe */
    const char *words[2]; /* of a choice, which is an int */
    float least, most;    /* of a number */
};

static int text(span s, const key *k, void *out) {
    (void)k;
    if (!s.size || s.size >= HUM_RECIPE_TEXT) return 0;
    for (size_t i = 0; i < s.size; i++) /* keeps JSON output free of control bytes */
        if ((unsigned char)s.text[i] < 32 || (unsigned char)s.text[i] > 126) return 0;
    memcpy(out, s.text, s.size);
    ((char *)out)[s.size] = 0;
    return 1;
}

static int id(span s, const key *k, void *out) {
    for (size_t i = 0; i < s.size; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", s.text[i])) return 0;
    return text(s, k, out);
}

static int choice(span s, const key *k, void *out) {
    *(int *)out = equals(s, k->words[1]);
    return *(int *)out || equals(s, k->words[0]);
}

static int number(span s, const key *k, void *out) {
    float *value = out;
    return numbers(s, value, 1) == 1 && *value >= k->least && *value <= k->most;
}

static int mean(span s, const key *k, void *out) {
    (void)k;
    return numbers(s, out, 3) == 3;
}

static int box(span s, const key *k, void *out) {
    (void)k;
    const float *b = out;
    return numbers(s, out, 4) == 4 && fabsf(b[0]) <= 2 && fabsf(b[1]) <= 2 &&
           b[2] >= 0.1f && b[2] <= 10 && b[3] >= 0.1f && b[3] <= 10;
}

static int histogram(span s, const key *k, void *out) {
    (void)k;
    hum_histogram *h = out;
    float values[1 + HUM_RECIPE_BINS], sum = 0;
    int n = numbers(s, values, 1 + HUM_RECIPE_BINS);
    if (n < 2 || values[0] < -1 ||
        values[0] + (float)(n - 2) * HUM_RECIPE_STEP > 1 + HUM_RECIPE_STEP / 2)
        return 0;
    h->first = values[0];
    h->bins = n - 1;
    for (int i = 0; i < h->bins; i++) {
        float count = values[i + 1];
        if (!(count >= 0 && count <= 1e9f) || count != floorf(count)) return 0;
        sum += h->count[i] = count;
    }
    return sum > 0;
}

static int anchors(span s, const key *k, void *out) {
    (void)k;
    hum_anchor_layers *a = out;
    char copy[HUM_RECIPE_TEXT];
    if (s.size >= sizeof copy) return 0;
    memcpy(copy, s.text, s.size);
    copy[s.size] = 0;
    for (char *p = copy; *p;) {
        if (a->count == HUM_RECIPE_ANCHOR_LAYERS) return 0;
        char *end;
        long stride = strtol(p, &end, 10);
        if (end == p || *end != ':' || stride < 1 || stride > 256) return 0;
        p = end + 1;
        long each = strtol(p, &end, 10);
        if (end == p || (*end && *end != ' ') || each < 1 || each > 64) return 0;
        a->stride[a->count] = (int)stride;
        a->each[a->count++] = (int)each;
        for (p = end; *p == ' ';) p++;
    }
    return a->count > 0;
}

/* ---- Recipes --------------------------------------------------------------------- */

#define AT(field) .at = offsetof(hum_recipe, field)

/* Every key, in the order of recipe.h. */
static const key keys[] = {
    {"id", 3, 3, id, AT(id)},
    {"name", 3, 3, text, AT(name)},
    {"task", 3, 3, choice, AT(task), {"embedder", "detector"}},
    {"channels", 3, 3, choice, AT(bgr), {"rgb", "bgr"}},
    {"mean", 3, 3, mean, AT(mean)},
    {"scale", 3, 3, number, AT(scale), .least = 1e-6f, .most = 1e6f},
    {"crop", 1, 1, choice, AT(crop), {"square", "vggface2"}},
    {"box", 1, 1, box, AT(box)},
    {"mirror", 0, 1, choice, AT(mirror), {"no", "yes"}},
    {"level", 0, 1, number, AT(level), .least = 0, .most = 45},
    {"threshold", 0, 1, number, AT(threshold), .least = -1, .most = 1},
    {"far", 0, 1, number, AT(far), .most = 1},
    {"measured", 0, 1, text, AT(measured)},
    {"same", 0, 1, histogram, AT(same)},
    {"other", 0, 1, histogram, AT(other)},
    {"range", 2, 2, choice, AT(range), {"near", "far"}},
    {"anchors", 2, 2, anchors, AT(anchors)},
    {"score", 2, 2, number, AT(score), .least = 0.01f, .most = 1},
    {"iou", 2, 2, number, AT(iou), .most = 0.99f},
    {"training", 0, 3, text, AT(training)},
    {"licence", 0, 3, text, AT(licence)},
    {"citation", 0, 3, text, AT(citation)},
    {"source", 0, 3, text, AT(source)},
    {"accuracy", 0, 3, text, AT(accuracy)},
    {"note", 0, 3, text, AT(note)},
};
enum { TASK = 2, KEYS = sizeof keys / sizeof *keys };

hum_status hum_recipe_parse(const char *text, size_t size, hum_recipe *recipe,
                            hum_text *error) {
    if (size > MAX_RECIPE_BYTES)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the recipe has %zu bytes; at most %d are read", size,
                        MAX_RECIPE_BYTES);
    hum_recipe r = {.level = NAN, .threshold = NAN, .far = NAN};
    unsigned seen = 0;
    int line = 0;
    for (size_t at = 0; at < size;) {
        span s = {text + at, 0};
        while (at + s.size < size && s.text[s.size] != '\n') s.size++;
        at += s.size + 1;
        line++;
        s = trim(s);
        if (!s.size || *s.text == '#') continue;
        const char *sign = memchr(s.text, '=', s.size);
        if (!sign)
            return hum_fail(error, HUM_ERROR_FORMAT,
                            "recipe line %d: expected `key = value`", line);
        span name = trim((span){s.text, (size_t)(sign - s.text)});
        span value = trim((span){sign + 1, s.size - (size_t)(sign + 1 - s.text)});
        int k = 0;
        while (k < KEYS && !equals(name, keys[k].name)) k++;
        char shown[MAX_KEY];
        hum_printable(name.text, name.size, shown, sizeof shown);
        if (k == KEYS)
            return hum_fail(error, HUM_ERROR_FORMAT, "recipe line %d: unknown key '%s'",
                            line, shown);
        if (seen >> k & 1)
            return hum_fail(error, HUM_ERROR_FORMAT, "recipe line %d: '%s' comes twice",
                            line, shown);
        seen |= 1u << k;
        if (memchr(value.text, 0, value.size) ||
            !keys[k].read(value, &keys[k], (char *)&r + keys[k].at))
            return hum_fail(error, HUM_ERROR_FORMAT,
                            "recipe line %d: the value of '%s' is not allowed", line,
                            shown);
    }
    for (int k = 0; k < KEYS; k++) {
        int is = (int)(seen >> k & 1);
        if (!is && (seen >> TASK & 1 || k <= TASK) && keys[k].need >> r.task & 1)
            return hum_fail(error, HUM_ERROR_FORMAT, "the recipe lacks '%s'",
                            keys[k].name);
        if (is && !(keys[k].allowed >> r.task & 1))
            return hum_fail(
                error, HUM_ERROR_FORMAT, "the recipe of a%s does not take '%s'",
                r.task == HUM_TASK_DETECTOR ? " detector" : "n embedder", keys[k].name);
    }
    *recipe = r;
    return HUM_OK;
}

float hum_histogram_level(const hum_histogram *h, float share) {
    double all = 0, left;
    for (int i = 0; i < h->bins; i++) all += (double)h->count[i];
    left = (double)share * all;
    int i = h->bins - 1;
    for (; i > 0 && left > (double)h->count[i]; i--) left -= (double)h->count[i];
    double part = h->count[i] > 0 ? fmin(left / (double)h->count[i], 1) : 0;
    return h->first + (float)((i + 1 - part) * (double)HUM_RECIPE_STEP);
}
