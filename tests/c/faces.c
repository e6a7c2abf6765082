/* Detection, framing and search as pure functions: anchors, decoding, merging, crops,
   dot products, top-k, quantiles. */

#include "crop.h"
#include "detect.h"
#include "face.h"
#include "search.h"

#include "check.h"

#include <math.h>
#include <stdlib.h>

static const hum_recipe blazeface = {.task = HUM_TASK_DETECTOR,
                                     .anchors = {2, {8, 16}, {2, 6}}};

static void anchors(void) {
    float centres[2 * 896];
    CHECK_INT(hum_anchors(&blazeface, 128, NULL), 896);
    CHECK_INT(hum_anchors(&blazeface, 128, centres), 896);
    CHECK(centres[0] == 0.5f / 16 && centres[1] == 0.5f / 16); /* 16 x 16 cells, 2 each */
    CHECK(centres[2] == centres[0] && centres[4] == 1.5f / 16);
    CHECK(centres[2 * 512] == 0.5f / 8); /* then 8 x 8 cells, 6 each */
    CHECK(centres[2 * 895] == 7.5f / 8 && centres[2 * 895 + 1] == 7.5f / 8);
}

static void decoding(void) {
    float regressors[3 * 16] = {0}, scores[3] = {-3, 2, NAN};
    const float centres[6] = {0.1f, 0.2f, 0.5f, 0.25f, 0.9f, 0.9f};
    float *r = regressors + 16;
    r[0] = 12.8f;
    r[1] = -12.8f;
    r[2] = 64;
    r[3] = 32;
    r[14] = 128; /* the last point */
    hum_face faces[3];
    CHECK_INT(hum_decode_faces(regressors, scores, centres, 3, 128, 0.5f, faces, 3), 1);
    CHECK(fabsf(faces[0].width - 0.5f) < 1e-6f && fabsf(faces[0].height - 0.25f) < 1e-6f);
    CHECK(fabsf(faces[0].x - 0.35f) < 1e-6f && fabsf(faces[0].y - 0.025f) < 1e-6f);
    CHECK(fabsf(faces[0].points[10] - 1.5f) < 1e-6f && faces[0].points[11] == 0.25f);
    CHECK(fabsf(faces[0].score - 0.880797f) < 1e-5f);
    r[2] = INFINITY; /* not a box */
    CHECK_INT(hum_decode_faces(regressors, scores, centres, 3, 128, 0.5f, faces, 3), 0);
    r[2] = -1;
    CHECK_INT(hum_decode_faces(regressors, scores, centres, 3, 128, 0.5f, faces, 3), 0);
}

static void merging(void) {
    hum_face f[4] = {{.x = 0, .y = 0, .width = 10, .height = 10, .score = 0.5f},
                     {.x = 100, .y = 0, .width = 10, .height = 10, .score = 0.6f},
                     {.x = 2, .y = 0, .width = 10, .height = 10, .score = 1.0f},
                     {.x = 110, .y = 0, .width = 10, .height = 10, .score = 0.6f}};
    CHECK(fabsf(hum_overlap(&f[0], &f[2]) - 80.0f / 120) < 1e-6f);
    CHECK(hum_overlap(&f[1], &f[3]) == 0); /* they touch */
    CHECK_INT(hum_merge_faces(f, 4, 0.3f), 3);
    CHECK(f[0].score == 1 && fabsf(f[0].x - 1.7027027f) < 1e-5f); /* weighted */
    CHECK(fabsf(f[1].x - 100) < 1e-3f); /* a tie is broken by place */
    CHECK(fabsf(f[2].x - 110) < 1e-3f);
    CHECK_INT(hum_merge_faces(f, 0, 0.3f), 0);
}

static void crops(void) {
    hum_image photo = {.width = 400, .height = 300};
    hum_recipe r = {.crop = HUM_CROP_SQUARE, .box = {0, -0.1f, 1, 1.2f}, .level = 20};
    hum_face face = {.x = 100, .y = 100, .width = 50, .height = 50};
    hum_rect s = hum_crop_rect(&r, &photo, NULL);
    CHECK(s.x == 50 && s.y == 0 && s.width == 300 && s.height == 300);
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(fabs(s.width - 60) < 1e-5 && fabs(s.x - 95) < 1e-5 && fabs(s.y - 90) < 1e-5);
    CHECK_INT(s.turn, 0);
    /* On its side: up is to the right, and the eyes stand one above the other. */
    face.points[3] = 30;
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(s.turn == 90 && fabs(s.x - 100) < 1e-5 && fabs(s.y - 95) < 1e-5);
    face.points[2] = -4; /* 98 degrees: the quarter is enough */
    CHECK_INT(hum_crop_rect(&r, &photo, &face).turn, 90);
    face.points[2] = -30;
    CHECK_INT(hum_crop_rect(&r, &photo, &face).turn, 135);
    CHECK_INT(hum_crop_loose(&photo, &face).turn, 135);
    r.level = NAN;
    CHECK_INT(hum_crop_rect(&r, &photo, &face).turn, 0);
    face.points[2] = NAN;
    CHECK_INT(hum_face_roll(&face), 0);
    face.points[2] = face.points[3] = 0;
    /* VGGFace2: 1.3 x the height; as wide as 112/128 of that, or more. */
    r = (hum_recipe){.crop = HUM_CROP_VGGFACE2, .box = {0, 0, 1, 1}};
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(fabs(s.width - 65) < 1e-5 && fabs(s.x - 92.5) < 1e-5);
    face.width = 25; /* narrow: 65 high, 0.875 * 65 wide */
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(fabs(s.width - 56.875) < 1e-5 && fabs(s.x + s.width / 2 - 112.5) < 1e-5);
    face = (hum_face){.x = -20, .y = 100, .width = 50, .height = 50}; /* clipped */
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(s.x >= 0 && fabs(s.width - 37.5) < 1e-5);
    s = hum_crop_loose(&photo, &face);
    CHECK(s.x == 0 && s.width <= 300 && s.y >= 0 && s.y + s.height <= 300);
    face = (hum_face){.x = 1e4f, .y = 1e4f, .width = 50, .height = 50};
    s = hum_crop_rect(&r, &photo, &face);
    CHECK(s.width >= 1 && isfinite(s.x) && isfinite(s.y));
}

static void dots(void) {
    static int8_t rows[4][8192];
    static int16_t codes[8192];
    uint32_t seed = 1;
    for (int n = 16; n <= 8192; n += n < 256 ? 16 : 1136 - 1136 % 16) {
        for (int i = 0; i < n; i++) {
            for (int r = 0; r < 4; r++) {
                seed = seed * 1664525u + 1013904223u;
                rows[r][i] = (int8_t)((int)(seed >> 24) % 255 - 127);
            }
            codes[i] = (int16_t)((int)(seed >> 8 & 0x1ff) - 256);
        }
        int32_t out[4];
        hum_dot4(rows[0], sizeof rows[0], codes, n, out);
        for (int r = 0; r < 4; r++) CHECK_INT(out[r], hum_dot(rows[r], codes, n));
    }
    float v[5] = {0.6f, -0.8f, 0, 0, 0};
    hum_probe probe = {.codes = codes};
    hum_make_probe(v, 5, 16, &probe);
    CHECK(codes[5] == 0 && codes[15] == 0);
    CHECK(fabsf((float)codes[1] * probe.scale + 0.8f) < 1e-4f);
}

static void shares(void) {
    float q[HUM_QUANTILES];
    for (int i = 0; i < HUM_QUANTILES; i++) q[i] = (float)i / (HUM_QUANTILES - 1) - 0.5f;
    CHECK(hum_share_below(q, -1) == 0 && hum_share_below(q, 1) == 0.999f);
    CHECK(fabsf(hum_share_below(q, 0.25f) - 0.75f) < 1e-5f);
    for (int i = 981; i < HUM_QUANTILES; i++) q[i] = q[981]; /* too few to tell 99 % */
    CHECK(hum_share_below(q, 0.47f) < 0.98f && hum_share_below(q, 0.6f) == 0.98f);
}

int main(void) {
    anchors();
    decoding();
    merging();
    crops();
    dots();
    shares();
    return check_end();
}
