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

static int histogram(span s, hum_histogram *h) {
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

static int anchor_layers(span s, hum_recipe *r) {
    char copy[HUM_RECIPE_TEXT];
    if (s.size >= sizeof copy) return 0;
    memcpy(copy, s.text, s.size);
    copy[s.size] = 0;
    for (char *p = copy; *p;) {
        if (r->layers == HUM_RECIPE_ANCHOR_LAYERS) return 0;
        char *end;
        long stride = strtol(p, &end, 10);
        if (end == p || *end != ':' || stride < 1 || stride > 256) return 0;
        p = end + 1;
        long count = strtol(p, &end, 10);
        if (end == p || (*end && *end != ' ') || count < 1 || count > 64) return 0;
        r->stride[r->layers] = (int)stride;
        r->anchors[r->layers++] = (int)count;
        for (p = end; *p == ' ';) p++;
    }
    return r->layers > 0;
}

static int printable_text(span s, char out[HUM_RECIPE_TEXT]) {
    if (!s.size || s.size >= HUM_RECIPE_TEXT) return 0;
    for (size_t i = 0; i < s.size; i++) /* keeps JSON output free of control bytes */
        if ((unsigned char)s.text[i] < 32 || (unsigned char)s.text[i] > 126) return 0;
    memcpy(out, s.text, s.size);
    out[s.size] = 0;
    return 1;
}

static int id_text(span s, char out[HUM_RECIPE_TEXT]) {
    for (size_t i = 0; i < s.size; i++)
        if (!strchr("abcdefghijklmnopqrstuvwxyz0123456789-", s.text[i])) return 0;
    return printable_text(s, out);
}

/* Finds value among the words of a NULL-ended list; -1 if it is none of them. */
static int choice(span value, const char *const *words) {
    for (int i = 0; words[i]; i++)
        if (equals(value, words[i])) return i;
    return -1;
}

static const char *const tasks[] = {"embedder", "detector", NULL};
static const char *const orders[] = {"rgb", "bgr", NULL};
static const char *const crops[] = {"square", "vggface2", NULL};
static const char *const ranges[] = {"near", "far", NULL};
static const char *const no_yes[] = {"no", "yes", NULL};

static int pick(span value, const char *const *words, int *out) {
    return (*out = choice(value, words)) >= 0;
}

static int number(span value, float least, float most, float *out) {
    return numbers(value, out, 1) == 1 && *out >= least && *out <= most;
}

/* Every key, in the order of recipe.h. `need` is a bit set: 1 embedders must have it, 2
   detectors must. */
enum {
    ID,
    NAME,
    TASK,
    CHANNELS,
    MEAN,
    SCALE,
    CROP,
    BOX,
    MIRROR,
    THRESHOLD,
    FAR_AT,
    MEASURED,
    SAME,
    OTHER,
    RANGE,
    ANCHORS,
    SCORE,
    IOU,
    TRAINING,
    LICENCE,
    CITATION,
    SOURCE,
    ACCURACY,
    NOTE,
    KEYS
};

static const struct {
    const char *key;
    int need, allowed;
} keys[KEYS] = {
    {"id", 3, 3},       {"name", 3, 3},      {"task", 3, 3},     {"channels", 3, 3},
    {"mean", 3, 3},     {"scale", 3, 3},     {"crop", 1, 1},     {"box", 1, 1},
    {"mirror", 0, 1},   {"threshold", 0, 1}, {"far", 0, 1},      {"measured", 0, 1},
    {"same", 0, 1},     {"other", 0, 1},     {"range", 2, 2},    {"anchors", 2, 2},
    {"score", 2, 2},    {"iou", 2, 2},       {"training", 0, 3}, {"licence", 0, 3},
    {"citation", 0, 3}, {"source", 0, 3},    {"accuracy", 0, 3}, {"note", 0, 3},
};

static int set(hum_recipe *r, int key, span v) {
    int word;
    switch (key) {
    case ID: return id_text(v, r->id);
    case NAME: return printable_text(v, r->name);
    case TASK:
        if (!pick(v, tasks, &word)) return 0;
        r->task = (hum_task)word;
        return 1;
    case CHANNELS: return pick(v, orders, &r->bgr);
    case MEAN: return numbers(v, r->mean, 3) == 3;
    case SCALE: return number(v, 1e-6f, 1e6f, &r->scale);
    case CROP:
        if (!pick(v, crops, &word)) return 0;
        r->crop = (hum_crop_rule)word;
        return 1;
    case BOX:
        return numbers(v, r->box, 4) == 4 && fabsf(r->box[0]) <= 2 &&
               fabsf(r->box[1]) <= 2 && r->box[2] >= 0.1f && r->box[2] <= 10 &&
               r->box[3] >= 0.1f && r->box[3] <= 10;
    case MIRROR: return pick(v, no_yes, &r->mirror);
    case THRESHOLD: return number(v, -1, 1, &r->threshold);
    case FAR_AT: return number(v, 0, 1, &r->far);
    case MEASURED: return printable_text(v, r->measured);
    case SAME: return histogram(v, &r->same);
    case OTHER: return histogram(v, &r->other);
    case RANGE:
        if (!pick(v, ranges, &word)) return 0;
        r->range = (hum_range)word;
        return 1;
    case ANCHORS: return anchor_layers(v, r);
    case SCORE: return number(v, 0.01f, 1, &r->score);
    case IOU: return number(v, 0, 0.99f, &r->iou);
    case TRAINING: return printable_text(v, r->training);
    case LICENCE: return printable_text(v, r->licence);
    case CITATION: return printable_text(v, r->citation);
    case SOURCE: return printable_text(v, r->source);
    case ACCURACY: return printable_text(v, r->accuracy);
    case NOTE: return printable_text(v, r->note);
    default: return 0;
    }
}

hum_status hum_recipe_parse(const char *text, size_t size, hum_recipe *recipe,
                            hum_text *error) {
    if (size > MAX_RECIPE_BYTES)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the recipe has %zu bytes; at most %d are read", size,
                        MAX_RECIPE_BYTES);
    hum_recipe r = {.threshold = NAN, .far = NAN};
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
        span key = trim((span){s.text, (size_t)(sign - s.text)});
        span value = trim((span){sign + 1, s.size - (size_t)(sign + 1 - s.text)});
        int k = 0;
        while (k < KEYS && !equals(key, keys[k].key)) k++;
        char shown[MAX_KEY];
        hum_printable(key.text, key.size, shown, sizeof shown);
        if (k == KEYS)
            return hum_fail(error, HUM_ERROR_FORMAT, "recipe line %d: unknown key '%s'",
                            line, shown);
        if (seen >> k & 1)
            return hum_fail(error, HUM_ERROR_FORMAT, "recipe line %d: '%s' comes twice",
                            line, shown);
        seen |= 1u << k;
        if (memchr(value.text, 0, value.size) || !set(&r, k, value))
            return hum_fail(error, HUM_ERROR_FORMAT,
                            "recipe line %d: the value of '%s' is not allowed", line,
                            shown);
    }
    for (int k = 0; k < KEYS; k++) {
        int is = (int)(seen >> k & 1);
        if (!is && (seen >> TASK & 1 || k <= TASK) && keys[k].need >> r.task & 1)
            return hum_fail(error, HUM_ERROR_FORMAT, "the recipe lacks '%s'",
                            keys[k].key);
        if (is && !(keys[k].allowed >> r.task & 1))
            return hum_fail(
                error, HUM_ERROR_FORMAT, "the recipe of a%s does not take '%s'",
                r.task == HUM_TASK_DETECTOR ? " detector" : "n embedder", keys[k].key);
    }
    *recipe = r;
    return HUM_OK;
}
