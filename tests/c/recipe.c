/* Recipes: every key, every refusal, and the line the message names. */

#include "recipe.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

static const char embedder[] = "# a comment\n"
                               "id = test-net2\n"
                               "name = A net (for tests)\n"
                               "task = embedder\n"
                               "channels = bgr\n"
                               "mean = 1 2.5   -3e1\n"
                               "scale = 0.0078125\n"
                               "crop = vggface2\n"
                               "box = 0 -0.05 1.2 1.25\n"
                               "mirror = yes\n"
                               "threshold = 0.4\n"
                               "far = 0.001\n"
                               "training = a = b # no comment here\n"
                               "licence = MIT\n"
                               "citation = Someone 2018\n"
                               "source = somewhere\n"
                               "note = none"; /* no newline at the end */

static const char detector[] = "id = d\nname = D\ntask = detector\nchannels = rgb\n"
                               "mean = 127.5 127.5 127.5\nscale = 0.0078\nrange = far\n"
                               "anchors = 8:2 16:6\nscore = 0.5\niou = 0.3\n";

static hum_status parse(const char *text, hum_recipe *recipe, hum_text *error) {
    /* A copy without a zero behind it: reading too far is seen by the sanitizer. */
    size_t size = strlen(text);
    char *copy = malloc(size ? size : 1);
    if (!copy) return HUM_ERROR_MEMORY;
    memcpy(copy, text, size);
    hum_status status = hum_recipe_parse(copy, size, recipe, error);
    free(copy);
    return status;
}

/* The text must be refused, with a message that contains `why`; the recipe stays. */
static void refused(const char *text, const char *why) {
    hum_recipe r, before;
    hum_text error = {""};
    memset(&r, 0x5a, sizeof r);
    before = r;
    CHECK_STATUS(parse(text, &r, &error), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, why);
    CHECK(memcmp(&r, &before, sizeof r) == 0);
}

/* `base` with the line of a key replaced (line NULL: dropped). */
static const char *with(const char *base, const char *key, const char *line) {
    static char text[8192];
    char start[64];
    snprintf(start, sizeof start, "\n%s =", key);
    const char *at = strstr(base, start);
    if (!at && strncmp(base, start + 1, strlen(start) - 1) == 0) at = base;
    if (!at) return base;
    const char *end = strchr(at + 1, '\n');
    snprintf(text, sizeof text, "%.*s\n%s%s", (int)(at - base), base, line ? line : "",
             end ? end : "");
    return text;
}

static void check_values(void) {
    hum_recipe r;
    hum_text error = {""};
    CHECK_STATUS(parse(embedder, &r, &error), HUM_OK);
    CHECK_TEXT(r.id, "test-net2");
    CHECK(strcmp(r.name, "A net (for tests)") == 0);
    CHECK_INT(r.task, HUM_TASK_EMBEDDER);
    CHECK_INT(r.bgr, 1);
    CHECK(r.mean[0] == 1 && r.mean[1] == 2.5f && r.mean[2] == -30);
    CHECK(r.scale == 0.0078125f);
    CHECK_INT(r.crop, HUM_CROP_VGGFACE2);
    CHECK(r.box[0] == 0 && r.box[1] == -0.05f && r.box[2] == 1.2f && r.box[3] == 1.25f);
    CHECK_INT(r.mirror, 1);
    CHECK(r.threshold == 0.4f && r.far == 0.001f);
    CHECK(strcmp(r.training, "a = b # no comment here") == 0);
    CHECK(strcmp(r.licence, "MIT") == 0);
    CHECK(strcmp(r.citation, "Someone 2018") == 0);
    CHECK(strcmp(r.source, "somewhere") == 0);
    CHECK(strcmp(r.note, "none") == 0);

    CHECK_STATUS(parse(with(embedder, "threshold", NULL), &r, &error), HUM_OK);
    CHECK(isnan(r.threshold) && r.far == 0.001f);
    CHECK(r.same.bins == 0 && r.other.bins == 0);
    char pairs[200];
    snprintf(pairs, sizeof pairs,
             "far = 0.1\nsame = -0.3 7 0 19\nother = 1.00 4\n"
             "measured = on these");
    CHECK_STATUS(parse(with(embedder, "far", pairs), &r, &error), HUM_OK);
    CHECK(r.same.first == -0.3f && r.same.bins == 3 && r.same.count[2] == 19);
    CHECK(r.other.bins == 1 && r.other.count[0] == 4);
    CHECK_TEXT(r.measured, "on these");
    CHECK_STATUS(parse(with(embedder, "mirror", NULL), &r, &error), HUM_OK);
    CHECK_INT(r.mirror, 0);

    CHECK_STATUS(
        parse(with(embedder, "task", "\n  task\t=\tembedder \t\r\n\t\n \r"), &r, &error),
        HUM_OK);
    CHECK_STATUS(parse(with(embedder, "mean", "mean = 1    2 3"), &r, &error), HUM_OK);

    CHECK_STATUS(parse(detector, &r, &error), HUM_OK);
    CHECK_INT(r.task, HUM_TASK_DETECTOR);
    CHECK_INT(r.bgr, 0);
    CHECK_INT(r.range, HUM_RANGE_FAR);
    CHECK_INT(r.anchors.count, 2);
    CHECK(r.anchors.stride[0] == 8 && r.anchors.each[0] == 2 &&
          r.anchors.stride[1] == 16 && r.anchors.each[1] == 6);
    CHECK(r.score == 0.5f && r.iou == 0.3f);
    CHECK_STATUS(parse(with(detector, "anchors",
                            "anchors = 1:1 2:2 3:3 4:4 5:5 6:6 7:7 "
                            "256:64"),
                       &r, &error),
                 HUM_OK);
    CHECK_INT(r.anchors.count, 8);
}

static void check_lines(void) {
    refused("", "lacks 'id'");
    refused("# nothing\n\n", "lacks 'id'");
    refused("id\n", "line 1: expected `key = value`");
    refused("id = a\n\nhello world\n", "line 3: expected `key = value`");
    refused("id = a\nID = b\n", "line 2: unknown key 'ID'");
    refused("= a\n", "unknown key ''");
    refused("colour\xff\x01 = a\n", "unknown key 'colour?\?'");
    refused("a-key-that-is-much-longer-than-any-that-there-is = 1\n",
            "unknown key 'a-key-that-is-much-longer-than-'");
    refused("id = a\nname = b\nid = a\n", "line 3: 'id' comes twice");
    static const char *const needed[] = {"id",   "name",  "task", "channels",
                                         "mean", "scale", "crop", "box"};
    static const char *const needed2[] = {"range", "anchors", "score", "iou"};
    char why[64];
    for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
        snprintf(why, sizeof why, "the recipe lacks '%s'", needed[i]);
        refused(with(embedder, needed[i], NULL), why);
        if (i < 6) refused(with(detector, needed[i], NULL), why);
    }
    for (size_t i = 0; i < sizeof needed2 / sizeof *needed2; i++) {
        snprintf(why, sizeof why, "the recipe lacks '%s'", needed2[i]);
        refused(with(detector, needed2[i], NULL), why);
    }
    refused(with(embedder, "task", "task = embedder\nrange = near"),
            "of an embedder does not take 'range'");
    refused(with(embedder, "task", "task = embedder\niou = 0.3"),
            "of an embedder does not take 'iou'");
    refused(with(detector, "task", "task = detector\ncrop = square"),
            "of a detector does not take 'crop'");
    refused(with(detector, "task", "task = detector\nthreshold = 0"),
            "of a detector does not take 'threshold'");
}

/* The recipe with this line in place of its own for the key is refused for the value. */
static void refused_line(const char *recipe, const char *line) {
    char key[32], why[64];
    sscanf(line, "%31[a-z]", key);
    snprintf(why, sizeof why, "the value of '%s' is not allowed", key);
    refused(with(recipe, key, line), why);
}

static void check_bad_values(void) {
    static const char *const bad[] = {"id =",
                                      "id = Upper",
                                      "id = a b",
                                      "id = a_b",
                                      "name =",
                                      "name = caf\xc3\xa9",
                                      "name = tab\there",
                                      "task = finder",
                                      "task =",
                                      "task = embedde",
                                      "channels = RGB",
                                      "channels = rgba",
                                      "mean = 1 2",
                                      "mean = 1 2 3 4",
                                      "mean = 1,2,3",
                                      "mean = a b c",
                                      "mean =",
                                      "mean = nan 0 0",
                                      "mean = inf 0 0",
                                      "mean = 1e99 0 0",
                                      "scale = 0",
                                      "scale = -1",
                                      "scale = 1 1",
                                      "scale = nan",
                                      "scale = 2e6",
                                      "scale = 1x",
                                      "scale =",
                                      "crop = round",
                                      "box = 0 0 1",
                                      "box = 3 0 1 1",
                                      "box = 0 -2.1 1 1",
                                      "box = 0 0 0 1",
                                      "box = 0 0 1 11",
                                      "box = nan 0 1 1",
                                      "mirror = 1",
                                      "mirror = YES",
                                      "threshold = 1.1",
                                      "threshold = -2",
                                      "threshold =",
                                      "far = -0.1",
                                      "far = 2",
                                      "training =",
                                      "licence = \x7f",
                                      "citation = \x1b[0m",
                                      "source =",
                                      "note ="};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) refused_line(embedder, bad[i]);
    static const char *const pairs[] = {
        "same = 0.1",     "same = -1.1 3",     "same = 0.1 -3",    "same = 0.1 3.5",
        "same = 0.1 0 0", "same = 0.98 1 1 1", "other = 0.1 1 two"};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        refused(with(embedder, "threshold", pairs[i]),
                strncmp(pairs[i], "same", 4) == 0
                    ? "the value of 'same' is not allowed"
                    : "the value of 'other' is not allowed");
    static const char *const bad2[] = {"range = middle",
                                       "anchors =",
                                       "anchors = 8",
                                       "anchors = 8:",
                                       "anchors = 8:2,16:6",
                                       "anchors = 0:2",
                                       "anchors = 257:1",
                                       "anchors = 8:0",
                                       "anchors = 8:65",
                                       "anchors = -8:2",
                                       "anchors = 99999999999999999999:1",
                                       "anchors = 8:2x",
                                       "anchors = 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1 1:1",
                                       "score = 0",
                                       "score = 1.5",
                                       "score = nan",
                                       "iou = -0.1",
                                       "iou = 1",
                                       "iou = x"};
    for (size_t i = 0; i < sizeof bad2 / sizeof *bad2; i++)
        refused_line(detector, bad2[i]);
}

static void check_sizes(void) {
    char line[400];
    hum_recipe r;
    hum_text error;
    for (int n = 255; n <= 256; n++) {
        memcpy(line, "note = ", 7);
        memset(line + 7, 'x', (size_t)n);
        line[7 + n] = 0;
        if (n < HUM_RECIPE_TEXT) {
            CHECK_STATUS(parse(with(embedder, "note", line), &r, &error), HUM_OK);
            CHECK_INT(strlen(r.note), n);
        } else {
            refused(with(embedder, "note", line), "the value of 'note'");
        }
    }
    /* 300 digits are no number, and not read past what was copied. */
    memcpy(line, "scale = ", 8);
    memset(line + 8, '1', 300);
    line[308] = 0;
    refused(with(embedder, "scale", line), "the value of 'scale'");
    memcpy(line, "anchors = 8:2", 13);
    memset(line + 13, ' ', 290);
    memcpy(line + 303, "16:6", 5);
    refused(with(detector, "anchors", line), "the value of 'anchors'");

    static char long_text[16385];
    memset(long_text, '\n', sizeof long_text);
    CHECK_STATUS(hum_recipe_parse(long_text, 16385, &r, &error), HUM_ERROR_LIMIT);
    CHECK_TEXT(error.text, "16385 bytes; at most 16384");
    memcpy(long_text + 16384 - (sizeof detector - 1), detector, sizeof detector - 1);
    CHECK_STATUS(hum_recipe_parse(long_text, 16384, &r, &error), HUM_OK);

    /* Nothing hides behind a zero byte. */
    static const char zero[] = "id = a\nmean = 1 2 3\0 4\n";
    CHECK_STATUS(hum_recipe_parse(zero, sizeof zero - 1, &r, &error), HUM_ERROR_FORMAT);
    CHECK_TEXT(error.text, "line 2: the value of 'mean' is not allowed");
}

/* Every beginning of a recipe is refused or taken, never read past. */
static void check_beginnings(void) {
    hum_recipe r;
    hum_text error;
    int taken = 0;
    for (size_t n = 0; n < sizeof embedder; n++) {
        char *copy = malloc(n + 1);
        if (!copy) return;
        memcpy(copy, embedder, n);
        hum_status status = hum_recipe_parse(copy, n, &r, &error);
        CHECK(status == HUM_OK || status == HUM_ERROR_FORMAT);
        taken += status == HUM_OK;
        free(copy);
    }
    CHECK(taken > 0);
}

/* Bins of 0, 10, 0 and 30 pairs from 0.1 on. */
static void check_histogram_level(void) {
    const hum_histogram h = {.first = 0.1f, .bins = 4, .count = {0, 10, 0, 30}};
    static const struct {
        float share, level;
    } cases[] = {
        {0, 0.18f}, {0.375f, 0.17f}, {0.75f, 0.16f}, {0.875f, 0.13f}, {1, 0.12f}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        CHECK(fabsf(hum_histogram_level(&h, cases[i].share) - cases[i].level) < 1e-5f);
}

int main(void) {
    check_histogram_level();
    check_values();
    check_lines();
    check_bad_values();
    check_sizes();
    check_beginnings();
    return check_end();
}
