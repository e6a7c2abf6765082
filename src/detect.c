#include "detect.h"

#include "face.h"
#include "pixels.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    VALUES = 16,         /* of one anchor: box (4), six points (12) */
    MAX_CANDIDATES = 512 /* before merging; a crowd gives a few per face */
};

/* A detector sees faces down to about a twentieth of its window. If it finds none, or one
   that is not much larger, smaller ones are looked for in tiles, down to 24 pixels: still
   smaller ones show too little to tell people apart. */
#define SMALL_FACE 0.07   /* of the window's side */
#define LEAST_TILE 480    /* pixels */
#define TILE_OVERLAP 0.25 /* of a tile's side: such a face is whole in one of them */
#define CANDIDATE 0.25f   /* least score of what deserves a second look */
#define SECOND_LOOK 2.5   /* side of the square around a face, in sizes of its box */
#define SAME_FACE 0.2f    /* least overlap of a candidate and what is seen then */
#define FARTHEST 4        /* windows: no box or point beyond is of a face that is seen */
#define DEGREE 0.017453292519943295
#define TILTED 25      /* degrees: from here on a face is seen better turned upright */
#define WHOLE 0.98f    /* of a box: less is inside where the photo's edge cuts it */
#define DOUBT 0.78f    /* below it the surest face may be one that stands another way */
#define AT_LEAST 0.05f /* so much more speaks for another way, or it stays */
#define SURE 0.8f      /* what else is found another way than upright is seldom a face */
#define CUT_CANDIDATE 0.03f /* instead of CANDIDATE, where the photo's edge cuts it */
#define CLEAR 0.7f /* what is no face seldom has it, turned or beside its image */

/* ---- Pure functions -------------------------------------------------------------- */

int32_t hum_anchors(const hum_recipe *recipe, int32_t side, float *centres) {
    int32_t n = 0;
    const hum_anchor_layers *layers = &recipe->anchors;
    for (int layer = 0; layer < layers->count; layer++) {
        int32_t grid = (side + layers->stride[layer] - 1) / layers->stride[layer];
        for (int32_t cell = 0; cell < grid * grid; cell++)
            for (int k = 0; k < layers->each[layer]; k++, n++)
                if (centres) {
                    centres[2 * n] = ((float)(cell % grid) + 0.5f) / (float)grid;
                    centres[2 * n + 1] = ((float)(cell / grid) + 0.5f) / (float)grid;
                }
    }
    return n;
}

int32_t hum_decode_faces(const float *regressors, const float *scores,
                         const float *centres, int32_t anchors, int32_t side,
                         float min_score, hum_face *faces, int32_t capacity) {
    int32_t count = 0;
    float unit = 1 / (float)side;
    /* Compared before the sigmoid: few anchors pass. */
    float least = logf(min_score / (1 - min_score));
    for (int32_t i = 0; i < anchors && count < capacity; i++) {
        if (!(scores[i] >= least)) continue;
        const float *r = regressors + (size_t)i * VALUES;
        float cx = centres[2 * i], cy = centres[2 * i + 1];
        hum_face f = {.score = 1 / (1 + expf(-fminf(scores[i], 100)))};
        f.width = r[2] * unit;
        f.height = r[3] * unit;
        f.x = r[0] * unit + cx - f.width / 2;
        f.y = r[1] * unit + cy - f.height / 2;
        float box[] = {f.x, f.y, f.width, f.height};
        int near = f.width > 0 && f.height > 0;
        for (int b = 0; b < 4; b++) near &= fabsf(box[b]) <= FARTHEST;
        for (int p = 0; p < 12; p++) {
            f.points[p] = r[4 + p] * unit + (p % 2 ? cy : cx);
            near &= fabsf(f.points[p]) <= FARTHEST;
        }
        if (near) faces[count++] = f;
    }
    return count;
}

float hum_overlap(const hum_face *a, const hum_face *b) {
    float w = fminf(a->x + a->width, b->x + b->width) - fmaxf(a->x, b->x);
    float h = fminf(a->y + a->height, b->y + b->height) - fmaxf(a->y, b->y);
    if (w <= 0 || h <= 0) return 0;
    return w * h / (a->width * a->height + b->width * b->height - w * h);
}

/* Ties are broken by place, so that the order does not depend on the C library. */
static int by_score(const void *p, const void *q) {
    const hum_face *a = p, *b = q;
    if (a->score != b->score) return a->score < b->score ? 1 : -1;
    if (a->y != b->y) return a->y > b->y ? 1 : -1;
    return (a->x > b->x) - (a->x < b->x);
}

static int by_size(const void *p, const void *q) {
    const hum_face *a = p, *b = q;
    float s = a->width * a->height, t = b->width * b->height;
    return s != t ? (s < t ? 1 : -1) : by_score(p, q);
}

/* Box and points as one run of floats, to average them. */
static void add_scaled(hum_face *sum, const hum_face *f, float weight) {
    sum->x += weight * f->x;
    sum->y += weight * f->y;
    sum->width += weight * f->width;
    sum->height += weight * f->height;
    for (int p = 0; p < 12; p++) sum->points[p] += weight * f->points[p];
}

/* The weight of a face in a mean, falling to nothing where it would no longer be a
   candidate, or no longer overlap enough: whether it is just in or just out may depend on
   a build's last bits, and the mean must not. */
static float weight_of(const hum_face *f, float overlap, float least) {
    return fmaxf(f->score - CANDIDATE, 1e-3f) * (overlap - least);
}

int32_t hum_merge_faces(hum_face *faces, int32_t count, float iou) {
    qsort(faces, (size_t)count, sizeof *faces, by_score);
    int32_t kept = 0;
    while (kept < count) {
        hum_face best = faces[kept], sum = {0};
        float weights = weight_of(&best, 1, iou);
        int32_t rest = kept + 1;
        add_scaled(&sum, &best, weights);
        for (int32_t i = kept + 1; i < count; i++) {
            float overlap = hum_overlap(&best, &faces[i]);
            if (overlap > iou) {
                float weight = weight_of(&faces[i], overlap, iou);
                add_scaled(&sum, &faces[i], weight);
                weights += weight;
            } else {
                faces[rest++] = faces[i];
            }
        }
        faces[kept] = (hum_face){.score = best.score};
        add_scaled(&faces[kept], &sum, 1 / weights);
        kept++;
        count = rest;
    }
    return kept;
}

/* ---- Detectors ------------------------------------------------------------------- */

hum_status hum_detector_init(hum_detector *d, hum_net *net, const hum_recipe *recipe,
                             hum_text *error) {
    *d = (hum_detector){.net = net, .recipe = *recipe, .regressors = -1, .scores = -1};
    int32_t shape[3];
    hum_net_input_shape(net, shape);
    hum_status status = HUM_OK;
    if (recipe->task != HUM_TASK_DETECTOR)
        status = hum_fail(error, HUM_ERROR_FORMAT,
                          "the recipe '%s' is an embedder's, expected a detector's",
                          recipe->id);
    else if (shape[2] != 3 || shape[0] != shape[1] || shape[0] < 32 || shape[0] > 1024)
        status = hum_fail(error, HUM_ERROR_FORMAT,
                          "the detector takes [%d,%d,%d]; expected a square of 32 to "
                          "1024 pixels and 3 channels",
                          shape[0], shape[1], shape[2]);
    if (status == HUM_OK) {
        d->side = shape[0];
        d->anchors = hum_anchors(recipe, d->side, NULL);
        size_t n = (size_t)d->anchors;
        for (int32_t i = 0; i < hum_net_outputs(net); i++) {
            if (hum_net_output_size(net, i) == (uint64_t)n * VALUES) d->regressors = i;
            if (hum_net_output_size(net, i) == n) d->scores = i;
        }
        if (d->regressors < 0 || d->scores < 0) {
            status = hum_fail(error, HUM_ERROR_FORMAT,
                              "the recipe '%s' has %d anchors, but the network's outputs "
                              "are not [%d,16] and [%d]",
                              recipe->id, d->anchors, d->anchors, d->anchors);
        } else {
            d->centres = malloc(2 * n * sizeof *d->centres);
            d->pixels = malloc((size_t)d->side * (size_t)d->side * 3);
            d->found = malloc(MAX_CANDIDATES * sizeof *d->found);
            d->candidates = malloc(MAX_CANDIDATES * sizeof *d->candidates);
            if (d->centres && d->pixels && d->found && d->candidates)
                hum_anchors(recipe, d->side, d->centres);
            else status = hum_fail(error, HUM_ERROR_MEMORY, "no memory for the detector");
        }
    }
    if (status != HUM_OK) hum_detector_free(d);
    return status;
}

void hum_detector_free(hum_detector *d) {
    hum_net_free(d->net);
    free(d->centres);
    free(d->pixels);
    free(d->found);
    free(d->candidates);
    *d = (hum_detector){0};
}

/* ---- A whole photo --------------------------------------------------------------- */

typedef struct {
    const hum_image *photo, *half; /* half: width 0 where the photo is small */
    hum_resampler *scratch;
    hum_text *error;
    int turn; /* degrees clockwise by which faces are taken to stand turned */
} search;

/* From a square's own frame, 0..1, to the photo's pixels. */
static void place(const hum_rect *square, double c, double s, float x, float y, float *px,
                  float *py) {
    double u = ((double)x - 0.5) * square->width, v = ((double)y - 0.5) * square->width;
    *px = (float)(square->x + square->width / 2 + c * u - s * v);
    *py = (float)(square->y + square->width / 2 + s * u + c * v);
}

/* The share of a box that lies in the photo. */
static float inside(const hum_face *f, const hum_image *photo) {
    float w = fminf(f->x + f->width, (float)photo->width) - fmaxf(f->x, 0);
    float h = fminf(f->y + f->height, (float)photo->height) - fmaxf(f->y, 0);
    return w > 0 && h > 0 ? fminf(w * h / (f->width * f->height), 1) : 0;
}

/* Looks into a square of the photo. Outside of it is black, as BlazeFace was trained on
   letterboxed pictures, or its mirror image. Appends to faces, in the photo's pixels;
   boxes are as large as they are in the square's own frame. */
static hum_status look(search *s, hum_detector *d, hum_rect square, hum_edge edge,
                       hum_face *faces, int32_t *count) {
    const hum_image *from = s->photo;
    hum_rect part = square;
    if (s->half->width && square.width >= 4 * d->side) {
        from = s->half;
        part = (hum_rect){square.x / 2, square.y / 2, square.width / 2, square.width / 2,
                          square.turn};
    }
    hum_status status =
        hum_resample(from, part, edge, d->side, d->side, d->pixels, s->scratch, s->error);
    if (status != HUM_OK) return status;
    hum_normalise(&d->recipe, d->pixels, (size_t)d->side * (size_t)d->side,
                  hum_net_input(d->net));
    status = hum_net_run(d->net, s->error);
    if (status != HUM_OK) return status;
    int32_t n =
        hum_decode_faces(hum_net_output(d->net, d->regressors),
                         hum_net_output(d->net, d->scores), d->centres, d->anchors,
                         d->side, CUT_CANDIDATE, faces + *count, MAX_CANDIDATES - *count);
    double angle = square.turn * DEGREE, c = cos(angle), sine = sin(angle);
    for (hum_face *from_net = faces + *count; n--; from_net++) {
        hum_face f = *from_net;
        float cx, cy;
        place(&square, c, sine, f.x + f.width / 2, f.y + f.height / 2, &cx, &cy);
        f.width *= (float)square.width;
        f.height *= (float)square.width;
        f.x = cx - f.width / 2;
        f.y = cy - f.height / 2;
        for (int p = 0; p < 12; p += 2)
            place(&square, c, sine, f.points[p], f.points[p + 1], &f.points[p],
                  &f.points[p + 1]);
        if (f.score >= CANDIDATE || inside(&f, s->photo) < WHOLE) faces[(*count)++] = f;
    }
    return HUM_OK;
}

/* Where a row of overlapping tiles stands: number i of n along an axis. */
static double tile_start(double length, double side, int i, int n) {
    return n == 1 ? (length - side) / 2 : (length - side) * i / (n - 1);
}

static int tiles_along(double length, double side) {
    int n = (int)ceil((length - side) / (side * (1 - TILE_OVERLAP)) - 1e-6) + 1;
    return n < 1 ? 1 : n;
}

static hum_status look_at_tiles(search *s, hum_detector *d, double side, hum_face *faces,
                                int32_t *count) {
    int columns = tiles_along(s->photo->width, side);
    int rows = tiles_along(s->photo->height, side);
    for (int i = 0; i < rows * columns; i++) {
        hum_rect tile = {tile_start(s->photo->width, side, i % columns, columns),
                         tile_start(s->photo->height, side, i / columns, rows), side,
                         side, s->turn};
        hum_status status = look(s, d, tile, HUM_EDGE_BLACK, faces, count);
        if (status != HUM_OK) return status;
    }
    return HUM_OK;
}

/* Looks for a candidate in the square around it. */
static hum_status look_for(search *s, hum_detector *near, const hum_face *candidate,
                           int turn, hum_edge edge, hum_face *face, int *confirmed) {
    double side = SECOND_LOOK * fmax((double)candidate->width, (double)candidate->height);
    double cx = (double)candidate->x + (double)candidate->width / 2;
    double cy = (double)candidate->y + (double)candidate->height / 2;
    hum_rect square = hum_square_about(cx, cy, side);
    square.turn = turn;
    int32_t n = 0;
    *confirmed = 0;
    hum_status status = look(s, near, square, edge, near->found, &n);
    if (status != HUM_OK) return status;
    n = hum_merge_faces(near->found, n, near->recipe.iou);
    float most = SAME_FACE;
    for (int32_t i = 0; i < n; i++) {
        float overlap = hum_overlap(candidate, &near->found[i]);
        if (overlap <= most || near->found[i].score < near->recipe.score) continue;
        most = overlap;
        *face = near->found[i];
        *confirmed = 1;
    }
    return HUM_OK;
}

/* A second look at a candidate, from the distance at which the near detector is most
   exact. It gives every face a box of the same framing whatever found it, and drops what
   was no face: a tilted one is looked at upright, one that the photo's edge cuts with its
   mirror image for what is missing. confirmed 0: nothing there. */
static hum_status look_again(search *s, hum_detector *near, const hum_face *candidate,
                             hum_face *face, int *confirmed) {
    int roll = hum_face_roll(candidate), cut = inside(candidate, s->photo) < WHOLE;
    *confirmed = 0;
    hum_status status = HUM_OK;
    if (abs(hum_turn_between(s->turn, roll)) > TILTED)
        status = look_for(s, near, candidate, roll, HUM_EDGE_BLACK, face, confirmed);
    if (*confirmed && face->score < CLEAR) *confirmed = 0;
    if (status == HUM_OK && !*confirmed && candidate->score >= CANDIDATE)
        status = look_for(s, near, candidate, s->turn, HUM_EDGE_BLACK, face, confirmed);
    if (status != HUM_OK || *confirmed || !cut) return status;
    status = look_for(s, near, candidate, s->turn, HUM_EDGE_MIRROR, face, confirmed);
    float cx = face->x + face->width / 2, cy = face->y + face->height / 2;
    if (*confirmed) /* neither the mirror image itself nor what only that makes a face */
        *confirmed = face->score >= CLEAR && cx >= 0 && cy >= 0 &&
                     cx <= (float)s->photo->width && cy <= (float)s->photo->height;
    return status;
}

/* Whether faces[0..count) leave it likely that there are smaller ones than windows of
   that side show: there are none, or one is near the limit of what can be seen. */
static int look_closer(const hum_face *faces, int32_t count, double side) {
    for (int32_t i = 0; i < count; i++)
        if (fmax((double)faces[i].width, (double)faces[i].height) < SMALL_FACE * side)
            return 1;
    return count == 0;
}

/* Rounds a box to a grid of about a hundredth of its size, so that builds whose sums
   differ in the last bits crop the very same pixels. */
static void settle(hum_face *f) {
    float grid = exp2f(floorf(log2f(f->width / 64)));
    f->x = roundf(f->x / grid) * grid;
    f->y = roundf(f->y / grid) * grid;
    f->width = roundf(f->width / grid) * grid;
    f->height = roundf(f->height / grid) * grid;
    for (int p = 0; p < 12; p++) f->points[p] = roundf(f->points[p] / grid) * grid;
}

/* Turns the candidates behind the first `sure` faces into faces; returns through *sure
   how many faces there are now. */
static hum_status confirm(search *s, hum_detector *near, int32_t count, int32_t *sure) {
    hum_face *faces = near->candidates, face;
    int32_t kept = *sure;
    count = kept + hum_merge_faces(faces + kept, count - kept, near->recipe.iou);
    for (int32_t i = kept; i < count; i++) {
        int known = 0, confirmed;
        for (int32_t j = 0; j < kept && !known; j++)
            known = hum_overlap(&faces[i], &faces[j]) > near->recipe.iou;
        if (known) continue;
        hum_status status = look_again(s, near, &faces[i], &face, &confirmed);
        if (status != HUM_OK) return status;
        if (confirmed) faces[kept++] = face;
    }
    *sure = hum_merge_faces(faces, kept, near->recipe.iou);
    return HUM_OK;
}

/* Finds the faces that stand turned by s->turn, in near->candidates. */
static hum_status find(search *s, hum_detector *near, hum_detector *far, int32_t *sure) {
    hum_detector *finder = far->net ? far : near;
    const hum_image *photo = s->photo;
    hum_face *found = near->candidates;
    double side = fmax(photo->width, photo->height);
    int32_t n = 0;
    *sure = 0;
    hum_rect whole = hum_square_about(photo->width / 2.0, photo->height / 2.0, side);
    whole.turn = s->turn;
    hum_status status = look(s, finder, whole, HUM_EDGE_BLACK, found, &n);
    if (status == HUM_OK) status = confirm(s, near, n, sure);
    if (status == HUM_OK && !*sure && finder != near) {
        n = 0; /* such as a face that fills the photo */
        status = look(s, near, whole, HUM_EDGE_BLACK, found, &n);
        if (status == HUM_OK) status = confirm(s, near, n, sure);
    }
    while (status == HUM_OK && side / 2 >= LEAST_TILE &&
           look_closer(found, *sure, side)) {
        side /= 2;
        n = *sure;
        status = look_at_tiles(s, finder, side, found, &n);
        if (status == HUM_OK) status = confirm(s, near, n, sure);
    }
    return status;
}

/* Whether faces stand as they were looked for: their scores, each as far as its eyes are
   level then. */
static float evidence(const hum_face *faces, int32_t count, int turn) {
    float sum = 0;
    for (int32_t i = 0; i < count; i++)
        sum += faces[i].score *
               (float)cos(hum_turn_between(turn, hum_face_roll(&faces[i])) * DEGREE);
    return sum;
}

static const hum_face *surest(const hum_face *faces, int32_t count) {
    const hum_face *best = faces;
    for (int32_t i = 1; i < count; i++)
        if (faces[i].score > best->score) best = &faces[i];
    return best;
}

/* Which other ways faces may stand, after those in near->candidates were found upright:
   all where there is none. A face on its side is found as such, by its eyes. One on its
   head is often found with eyes where the mouth is, but with a low score: it gets another
   look. */
static hum_status other_ways(search *s, hum_detector *near, int32_t count, int turns[4],
                             int *ways) {
    const hum_face *best = surest(near->candidates, count);
    int quarter = count ? (int)lround(hum_face_roll(best) / 90.0) * 90 : 0;
    if (!count) {
        for (int i = 1; i < 4; i++) turns[i] = hum_turn_between(0, 90 * i);
        *ways = 4;
    } else if (quarter) {
        turns[(*ways)++] = quarter;
    } else if (best->score < DOUBT) {
        hum_face turned;
        int confirmed;
        hum_status status =
            look_for(s, near, best, 180, HUM_EDGE_BLACK, &turned, &confirmed);
        if (status != HUM_OK) return status;
        if (confirmed && turned.score > best->score) turns[(*ways)++] = 180;
    }
    return HUM_OK;
}

hum_status hum_find_faces(hum_detector *near, hum_detector *far, const hum_image *photo,
                          hum_image *half, hum_resampler *scratch, hum_face *faces,
                          int32_t capacity, int32_t *count, hum_text *error) {
    search s = {photo, half, scratch, error, 0};
    half->width = half->height = 0;
    hum_status status = HUM_OK;
    if (fmax(photo->width, photo->height) >= 4 * near->side)
        status = hum_image_halve(photo, half, error);
    int turns[4] = {0}, ways = 1;
    float most = -1;
    for (int i = 0; status == HUM_OK && i < ways; i++) {
        int32_t n;
        s.turn = turns[i];
        status = find(&s, near, far, &n);
        if (status != HUM_OK) break;
        float sum = evidence(near->candidates, n, s.turn);
        if (i && (sum < most + AT_LEAST || surest(near->candidates, n)->score < SURE))
            continue;
        most = sum;
        *count = n < capacity ? n : capacity;
        memcpy(faces, near->candidates, (size_t)*count * sizeof *faces);
        if (!i) status = other_ways(&s, near, n, turns, &ways);
    }
    if (status != HUM_OK) return status;
    for (int32_t i = 0; i < *count; i++) {
        settle(&faces[i]);
        faces[i].inside = inside(&faces[i], photo);
    }
    qsort(faces, (size_t)*count, sizeof *faces, by_size);
    return HUM_OK;
}
