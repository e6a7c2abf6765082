#include "gallery.h"

#include "bytes.h"
#include "calibrate.h"

#include <math.h>
#include <stdlib.h>

enum {
    VERSION = 3,
    HEADER = 64,
    ENTRY = 24,
    ALIGNMENT = 64,
    SECTIONS = 9,
    PERSON_BYTES = 8,
    PHOTO_BYTES = 32,
    CALIBRATION_BYTES = 16 + 3 * 4 * HUM_QUANTILES
};

enum { CONT, AXES, ROWS, NORM, PERS, PHOT, TEXT, THMB, CALI };
static const char tags[SECTIONS][5] = {"CONT", "AXES", "ROWS", "NORM", "PERS",
                                       "PHOT", "TEXT", "THMB", "CALI"};

static size_t align_up(size_t n) {
    return (n + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
}

/* A row of numbers, or an axis, is padded to whole vectors. */
static size_t stride_of(size_t dimension) {
    return (dimension + 15) & ~(size_t)15;
}

static size_t axes_size(size_t from, size_t to) {
    return 4 * to + to * stride_of(from);
}

/* ---- Checking -------------------------------------------------------------------- */

/* Well-formed UTF-8 (RFC 3629) without control characters; returns the length of the
   sequence at p, 0 if it is not one. */
static size_t utf8(const uint8_t *p, size_t left) {
    if (p[0] < 0x80) return p[0] >= 0x20 && p[0] != 0x7f;
    size_t n = p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
    if (p[0] < 0xc2 || p[0] > 0xf4 || left < n) return 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xc0) != 0x80) return 0;
    if (p[0] == 0xc2 && p[1] < 0xa0) return 0; /* C1 controls */
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0; /* longer than need be, a surrogate, or beyond U+10FFFF */
    return n;
}

/* Whether bytes are texts each ended by zero, none of them too long. */
static int texts_ok(const uint8_t *p, size_t size) {
    if (!size || p[0] || p[size - 1]) return 0;
    size_t length = 0;
    for (size_t i = 0; i < size;) {
        size_t n = p[i] ? utf8(p + i, size - i) : 1;
        if (!n) return 0;
        length = p[i] ? length + n : 0;
        if (length > HUM_MAX_TEXT) return 0;
        i += n;
    }
    return 1;
}

static int is_text(const hum_bytes *text, uint32_t offset) {
    return offset < text->size && (offset == 0 || text->data[offset - 1] == 0);
}

/* Rising finite numbers: quantiles of cosines. */
static int quantiles_ok(const float *q) {
    for (int i = 0; i < HUM_QUANTILES; i++)
        if (!(q[i] >= (i ? q[i - 1] : -1.01f) && q[i] <= 1.01f)) return 0;
    return 1;
}

typedef struct {
    hum_bytes file, section[SECTIONS];
    hum_text *error;
} reader;

static hum_status damaged(reader *r, const char *what) {
    return hum_fail(r->error, HUM_ERROR_FORMAT,
                    "the gallery file (%zu bytes) is damaged: %s", r->file.size, what);
}

static hum_status read_sections(reader *r) {
    size_t expected = HEADER + (size_t)ENTRY * SECTIONS;
    for (int i = 0; i < SECTIONS; i++) {
        size_t entry = HEADER + (size_t)ENTRY * (size_t)i;
        uint64_t offset = hum_u64(&r->file, entry + 8),
                 size = hum_u64(&r->file, entry + 16);
        if (r->file.failed || memcmp(r->file.data + entry, tags[i], 4) != 0)
            return damaged(r, "its table of sections is not as expected");
        size_t start = align_up(expected);
        if (offset != start || !hum_has(&r->file, start, 0) ||
            size > r->file.size - start)
            return hum_fail(r->error, HUM_ERROR_FORMAT,
                            "the gallery file (%zu bytes) is damaged or cut off: section "
                            "%s needs %llu bytes from byte %zu on",
                            r->file.size, tags[i], (unsigned long long)size, start);
        for (size_t gap = expected; gap < start; gap++)
            if (r->file.data[gap]) return damaged(r, "a gap is not zero");
        r->section[i] = (hum_bytes){r->file.data + start, (size_t)size, 0};
        expected = start + (size_t)size;
    }
    if (expected != r->file.size) return damaged(r, "bytes follow the last section");
    return HUM_OK;
}

/* Axes have the length that their norm says: what is projected is finite. */
static hum_status read_axes(reader *r, hum_projection *p) {
    size_t from = (size_t)p->from, to = (size_t)p->to, stride = stride_of(from);
    const uint8_t *bytes = r->section[AXES].data;
    p->norm = (const float *)(const void *)bytes;
    p->axis = (const int8_t *)(p->norm + to);
    for (size_t k = 0; k < to; k++) {
        const int8_t *axis = p->axis + k * stride;
        double sum = 0;
        for (size_t i = 0; i < stride; i++) {
            if (i >= from && axis[i]) return damaged(r, "a gap is not zero");
            sum += axis[i] * axis[i];
        }
        if (!(fabs(sqrt(sum) * (double)p->norm[k] - 1) < 1e-5))
            return damaged(r, "an axis does not have length 1");
    }
    p->stride = (int32_t)stride;
    return HUM_OK;
}

static hum_status check_entries(reader *r, const hum_gallery *g) {
    hum_bytes *person = &r->section[PERS], *photo = &r->section[PHOT];
    hum_bytes *text = &r->section[TEXT];
    if (!texts_ok(text->data, text->size))
        return damaged(r, "its texts are not clean UTF-8");
    for (size_t i = 0; i < (size_t)g->people * 2; i++)
        if (!is_text(text, hum_u32(person, 4 * i)))
            return damaged(r, "a person's text lies elsewhere");
    for (size_t i = 0; i < (size_t)g->rows; i++) {
        size_t at = i * PHOTO_BYTES;
        if (hum_u32(photo, at) >= (uint32_t)g->people)
            return damaged(r, "a photo shows a person who is not there");
        for (size_t k = 1; k <= 5; k++)
            if (!is_text(text, hum_u32(photo, at + 4 * k)))
                return damaged(r, "a photo's text lies elsewhere");
        if (!hum_has(&r->section[THMB], hum_u32(photo, at + 24), hum_u32(photo, at + 28)))
            return damaged(r, "a thumbnail lies elsewhere");
        if (!(g->norm[i] > 0 && g->norm[i] <= 1))
            return damaged(r, "a row's norm is not in 0..1");
    }
    return HUM_OK;
}

hum_status hum_gallery_parse(const uint8_t *bytes, size_t size, hum_gallery *gallery,
                             hum_text *error) {
    if ((uintptr_t)bytes % 8)
        return hum_fail(error, HUM_ERROR_ARGUMENT,
                        "the gallery's bytes must be aligned to 8, as malloc does");
    reader r = {.file = {bytes, size, 0}, .error = error};
    if (size < HEADER || memcmp(bytes, "HUMG", 4) != 0) {
        char start[24];
        hum_printable((const char *)bytes, size, start, sizeof start);
        return hum_fail(error, HUM_ERROR_FORMAT,
                        "not a gallery file: %zu bytes beginning '%s', expected 'HUMG'",
                        size, start);
    }
    uint32_t version = hum_u32(&r.file, 4);
    if (version != VERSION)
        return hum_fail(error, HUM_ERROR_UNSUPPORTED,
                        "the gallery has format version %u, this program reads %d: make "
                        "it again with `humshakal gallery build`",
                        version, VERSION);
    if (hum_u64(&r.file, 8) != size)
        return hum_fail(error, HUM_ERROR_FORMAT,
                        "the gallery file has %zu bytes where its header says %llu: it "
                        "was cut off or joined",
                        size, (unsigned long long)hum_u64(&r.file, 8));
    uint32_t dimension = hum_u32(&r.file, 16), rows = hum_u32(&r.file, 20);
    uint32_t people = hum_u32(&r.file, 24), probe_dimension = hum_u32(&r.file, 32);
    if (hum_u32(&r.file, 28) != SECTIONS) return damaged(&r, "its number of sections");
    for (size_t i = 36; i < HEADER; i++)
        if (bytes[i]) return damaged(&r, "its header is not zero where it should be");
    if (dimension < 2 || dimension > HUM_MAX_DIMENSION || rows < 1 ||
        rows > HUM_MAX_ROWS || people < 1 || people > rows)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the gallery has %u photos of %u people with %u numbers each; at "
                        "most %d photos and %d numbers are read",
                        rows, people, dimension, HUM_MAX_ROWS, HUM_MAX_DIMENSION);
    if (probe_dimension < dimension || probe_dimension > HUM_MAX_DIMENSION)
        return hum_fail(
            error, HUM_ERROR_LIMIT,
            "the gallery has rows of %u numbers for embeddings of %u; expected "
            "no more than these have, and at most %d",
            dimension, probe_dimension, HUM_MAX_DIMENSION);
    hum_status status = read_sections(&r);
    if (status != HUM_OK) return status;
    int projected = dimension < probe_dimension;
    size_t stride = stride_of(dimension);
    const size_t sizes[SECTIONS] = {
        [AXES] = projected ? axes_size(probe_dimension, dimension) : 0,
        [ROWS] = rows * stride,
        [NORM] = 4 * (size_t)rows,
        [PERS] = PERSON_BYTES * (size_t)people,
        [PHOT] = PHOTO_BYTES * (size_t)rows,
        [CALI] = CALIBRATION_BYTES};
    for (int i = 0; i < SECTIONS; i++)
        if ((sizes[i] || i == AXES) && sizes[i] != r.section[i].size)
            return hum_fail(error, HUM_ERROR_FORMAT,
                            "section %s of the gallery has %zu bytes, expected %zu",
                            tags[i], r.section[i].size, sizes[i]);
    const hum_bytes *contract = &r.section[CONT];
    if (!contract->size || contract->data[contract->size - 1] ||
        memchr(contract->data, 0, contract->size - 1))
        return damaged(&r, "its contract is not a text");

    hum_bytes *calibration = &r.section[CALI];
    hum_gallery g = {
        .bytes = bytes,
        .size = size,
        .contract = (const char *)contract->data,
        .dimension = (int32_t)dimension,
        .stride = (int32_t)stride,
        .rows = (int32_t)rows,
        .people = (int32_t)people,
        .probe_dimension = (int32_t)probe_dimension,
        .projection = {.from = (int32_t)probe_dimension,
                       .to = projected ? (int32_t)dimension : 0},
        .row = (const int8_t *)r.section[ROWS].data,
        .norm = (const float *)(const void *)r.section[NORM].data,
        .person = r.section[PERS].data,
        .photo = r.section[PHOT].data,
        .thumbs = r.section[THMB].data,
        .text = (const char *)r.section[TEXT].data,
        .stranger_pairs = hum_u32(calibration, 0),
        .kin_pairs = hum_u32(calibration, 4),
        .nearest_probes = hum_u32(calibration, 8),
    };
    const float *quantiles = (const float *)(const void *)(calibration->data + 16);
    const float **const distributions[3] = {&g.strangers, &g.kin, &g.nearest};
    for (size_t i = 0; i < 3; i++) {
        const float *q = quantiles + i * HUM_QUANTILES;
        if (!quantiles_ok(q)) return damaged(&r, "its quantiles do not rise");
        if (q[0] < q[HUM_QUANTILES - 1]) *distributions[i] = q;
    }
    if (hum_u32(calibration, 12)) return damaged(&r, "a gap is not zero");
    if (projected) status = read_axes(&r, &g.projection);
    if (status == HUM_OK) status = check_entries(&r, &g);
    if (status == HUM_OK) *gallery = g;
    return status;
}

static uint32_t entry(const uint8_t *table, size_t index, size_t width, size_t field) {
    hum_bytes b = {table + index * width, width, 0};
    return hum_u32(&b, 4 * field);
}

const char *hum_gallery_entry(const hum_gallery *g, int32_t field, int32_t index) {
    if (field == HUM_PERSON_NAME || field == HUM_PERSON_LINK)
        return g->text + entry(g->person, (size_t)index, PERSON_BYTES, (size_t)field);
    return g->text + entry(g->photo, (size_t)index, PHOTO_BYTES, (size_t)field - 1);
}

int32_t hum_gallery_person_of(const hum_gallery *g, int32_t row) {
    return (int32_t)entry(g->photo, (size_t)row, PHOTO_BYTES, 0);
}

const uint8_t *hum_gallery_thumb(const hum_gallery *g, int32_t row, size_t *size) {
    *size = entry(g->photo, (size_t)row, PHOTO_BYTES, 7);
    return g->thumbs + entry(g->photo, (size_t)row, PHOTO_BYTES, 6);
}

/* ---- Writing --------------------------------------------------------------------- */

typedef struct {
    uint8_t *data;
    size_t size, capacity;
} buffer;

/* A text that was seen before is stored once: open addressing over offsets in TEXT. */
typedef struct {
    uint32_t offset; /* 0: free (the empty text needs no slot) */
    int32_t person;  /* whose name it is, -1 */
} slot;

struct hum_builder {
    int32_t dimension, rows, people;
    int calibrated;
    buffer part[SECTIONS], file;
    slot *slots;
    size_t slot_count, slots_used;
};

static int append(buffer *b, const void *data, size_t size) {
    if (!size) return 1;
    if (size > b->capacity - b->size) {
        size_t capacity = b->capacity ? b->capacity : 4096;
        while (capacity - b->size < size) {
            if (capacity > (size_t)-1 / 2) return 0;
            capacity *= 2;
        }
        uint8_t *grown = realloc(b->data, capacity);
        if (!grown) return 0;
        b->data = grown;
        b->capacity = capacity;
    }
    if (data) memcpy(b->data + b->size, data, size);
    else memset(b->data + b->size, 0, size);
    b->size += size;
    return 1;
}

static int append_number(buffer *b, uint64_t value, size_t width) {
    uint8_t bytes[8];
    for (size_t i = 0; i < width; i++) bytes[i] = (uint8_t)(value >> (8 * i));
    return append(b, bytes, width);
}

static int append_float(buffer *b, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    return append_number(b, bits, 4);
}

static slot *find_slot(const hum_builder *b, const char *text) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *p = text; *p; p++) hash = (hash ^ (uint8_t)*p) * 16777619u;
    size_t i = hash & (b->slot_count - 1);
    const char *texts = (const char *)b->part[TEXT].data;
    while (b->slots[i].offset && strcmp(texts + b->slots[i].offset, text) != 0)
        i = (i + 1) & (b->slot_count - 1);
    return &b->slots[i];
}

static int grow_slots(hum_builder *b) {
    slot *old = b->slots;
    size_t old_count = b->slot_count;
    b->slots = calloc(old_count ? 2 * old_count : 1024, sizeof *b->slots);
    if (!b->slots) {
        b->slots = old;
        return 0;
    }
    b->slot_count = old_count ? 2 * old_count : 1024;
    for (size_t i = 0; i < old_count; i++)
        if (old[i].offset)
            *find_slot(b, (const char *)b->part[TEXT].data + old[i].offset) = old[i];
    free(old);
    return 1;
}

/* The slot of a text (not empty), which is added if need be; NULL without memory. */
static slot *intern(hum_builder *b, const char *text) {
    if (2 * (b->slots_used + 1) > b->slot_count && !grow_slots(b)) return NULL;
    slot *s = find_slot(b, text);
    if (!s->offset) {
        uint32_t offset = (uint32_t)b->part[TEXT].size;
        if (!append(&b->part[TEXT], text, strlen(text) + 1)) return NULL;
        *s = (slot){offset, -1};
        b->slots_used++;
    }
    return s;
}

hum_builder *hum_builder_create(int32_t dimension, const char *contract, int calibrated) {
    hum_builder *b = calloc(1, sizeof *b);
    if (!b) return NULL;
    b->dimension = dimension;
    b->calibrated = calibrated;
    if (append(&b->part[CONT], contract, strlen(contract) + 1) &&
        append(&b->part[TEXT], "", 1))
        return b;
    hum_builder_free(b);
    return NULL;
}

void hum_builder_free(hum_builder *b) {
    if (!b) return;
    for (int i = 0; i < SECTIONS; i++) free(b->part[i].data);
    free(b->file.data);
    free(b->slots);
    free(b);
}

/* v [dimension] in int8, and 1 / the length that it has then. */
static int append_row(buffer *rows, buffer *norms, const float *v, int32_t dimension) {
    float most = 0;
    for (int32_t i = 0; i < dimension; i++) most = fmaxf(most, fabsf(v[i]));
    float scale = 127 / most;
    double sum = 0;
    size_t stride = stride_of((size_t)dimension);
    if (!append(rows, NULL, stride)) return 0;
    int8_t *row = (int8_t *)rows->data + rows->size - stride;
    for (int32_t i = 0; i < dimension; i++) {
        row[i] = (int8_t)lrintf(v[i] * scale);
        sum += row[i] * row[i];
    }
    return append_float(norms, (float)(1 / sqrt(sum)));
}

hum_status hum_builder_add(hum_builder *b, const float *embedding,
                           const char *const texts[7], const uint8_t *thumbnail,
                           size_t thumbnail_size, hum_text *error) {
    static const char *const names[] = {
        "the person's name", "the person's link", "the file name",   "the source",
        "the author",        "the licence",       "the photo's link"};
    for (int i = 0; i < 7; i++) {
        const char *t = texts[i] ? texts[i] : "";
        size_t length = strlen(t);
        if (length > HUM_MAX_TEXT)
            return hum_fail(error, HUM_ERROR_LIMIT, "%s has %zu bytes, at most %d fit",
                            names[i], length, HUM_MAX_TEXT);
        for (size_t at = 0, n; at < length; at += n)
            if (!(n = utf8((const uint8_t *)t + at, length - at)))
                return hum_fail(error, HUM_ERROR_ARGUMENT,
                                "%s is not UTF-8, or holds control characters (byte %zu)",
                                names[i], at);
    }
    if (!texts[0] || !*texts[0])
        return hum_fail(error, HUM_ERROR_ARGUMENT, "the person has no name");
    if (b->rows == HUM_MAX_ROWS || b->part[THMB].size + thumbnail_size > UINT32_MAX ||
        b->part[TEXT].size + 7 * (HUM_MAX_TEXT + 1) > UINT32_MAX)
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the gallery is full: at most %d photos and 4 GB of thumbnails "
                        "and texts fit",
                        HUM_MAX_ROWS);
    /* A photo that does not fit into memory leaves nothing behind but its texts. */
    size_t before[SECTIONS];
    for (int i = 0; i < SECTIONS; i++) before[i] = b->part[i].size;
    uint32_t offsets[7] = {0};
    for (int i = 0; i < 7; i++) {
        if (!texts[i] || !*texts[i]) continue;
        slot *s = intern(b, texts[i]);
        if (!s) goto memory;
        offsets[i] = s->offset;
    }
    slot *name = find_slot(b, texts[0]);
    int32_t person = name->person < 0 ? b->people : name->person;
    buffer *photo = &b->part[PHOT];
    int ok = person < b->people || (append_number(&b->part[PERS], offsets[0], 4) &&
                                    append_number(&b->part[PERS], offsets[1], 4));
    ok = ok && append_number(photo, (uint32_t)person, 4);
    for (int i = 2; i < 7; i++) ok = ok && append_number(photo, offsets[i], 4);
    size_t at = thumbnail_size ? b->part[THMB].size : 0;
    if (ok && append_number(photo, at, 4) && append_number(photo, thumbnail_size, 4) &&
        append(&b->part[THMB], thumbnail, thumbnail_size) &&
        append_row(&b->part[ROWS], &b->part[NORM], embedding, b->dimension)) {
        name->person = person;
        b->people += person == b->people;
        b->rows++;
        return HUM_OK;
    }
memory:
    for (int i = 0; i < SECTIONS; i++)
        if (i != TEXT) b->part[i].size = before[i];
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory for photo %d of the gallery",
                    b->rows + 1);
}

/* ---- Projection and calibration, when a gallery ends ------------------------------ */

/* The sections that depend on how many axes there are, and what makes them. */
typedef struct {
    buffer axes, row, norm, calibration;
    buffer axis;      /* int8 [to,stride], until they are behind their norms */
    float *fitted;    /* [to,from] */
    float *x, *along; /* [from], [to] */
} ending;

static void ending_free(ending *d) {
    free(d->axes.data);
    free(d->row.data);
    free(d->norm.data);
    free(d->calibration.data);
    free(d->axis.data);
    free(d->fitted);
    free(d->x);
    free(d->along);
}

/* Finds the axes of all rows, and writes them and the rows along them. */
static hum_status project(const hum_builder *b, int32_t to, ending *d, hum_text *error) {
    size_t n = (size_t)b->dimension, stride = stride_of(n);
    const int8_t *row = (const int8_t *)b->part[ROWS].data;
    const float *norm = (const float *)(const void *)b->part[NORM].data;
    d->fitted = malloc((size_t)to * n * sizeof *d->fitted);
    d->x = malloc(n * sizeof *d->x);
    d->along = malloc((size_t)to * sizeof *d->along);
    if (!d->fitted || !d->x || !d->along) goto memory;
    hum_status status = hum_fit_axes(row, norm, b->rows, b->dimension, (int32_t)stride,
                                     to, d->fitted, error);
    if (status != HUM_OK) return status;
    for (size_t k = 0; k < (size_t)to; k++)
        if (!append_row(&d->axis, &d->axes, d->fitted + k * n, b->dimension)) goto memory;
    if (!append(&d->axes, d->axis.data, d->axis.size)) goto memory;
    hum_projection p = {b->dimension, to, (int32_t)stride,
                        (const float *)(const void *)d->axes.data,
                        (const int8_t *)d->axis.data};
    for (size_t r = 0; r < (size_t)b->rows; r++) {
        for (size_t i = 0; i < n; i++) d->x[i] = (float)row[r * stride + i] * norm[r];
        status = hum_project_vector(&p, d->x, d->along, error);
        if (status != HUM_OK) return status;
        if (!append_row(&d->row, &d->norm, d->along, to)) goto memory;
    }
    return HUM_OK;
memory:
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory to project the gallery");
}

static int append_distribution(buffer *out, const hum_distribution *d) {
    int ok = 1;
    for (int i = 0; i < HUM_QUANTILES; i++) ok = ok && append_float(out, d->quantiles[i]);
    return ok;
}

/* Measures rows as they will be compared, or writes zeros. */
static hum_status calibrate(const hum_builder *b, int32_t dimension, const buffer *row,
                            const buffer *norm, buffer *out, hum_text *error) {
    hum_gallery g = {.dimension = dimension,
                     .stride = (int32_t)stride_of((size_t)dimension),
                     .rows = b->rows,
                     .people = b->people,
                     .row = (const int8_t *)row->data,
                     .norm = (const float *)(const void *)norm->data,
                     .photo = b->part[PHOT].data};
    hum_calibration *c = calloc(1, sizeof *c);
    hum_status status = c && b->calibrated ? hum_calibrate(&g, c, error) : HUM_OK;
    int ok = c && append_number(out, c->strangers.scores, 4) &&
             append_number(out, c->kin.scores, 4) &&
             append_number(out, c->nearest.scores, 4) && append_number(out, 0, 4) &&
             append_distribution(out, &c->strangers) &&
             append_distribution(out, &c->kin) && append_distribution(out, &c->nearest);
    free(c);
    if (status == HUM_OK && !ok)
        return hum_fail(error, HUM_ERROR_MEMORY, "no memory to calibrate the gallery");
    return status;
}

static hum_status write_file(hum_builder *b, int32_t dimension,
                             const buffer *const part[SECTIONS], hum_text *error) {
    size_t offsets[SECTIONS], end = HEADER + (size_t)ENTRY * SECTIONS;
    for (int i = 0; i < SECTIONS; i++) {
        offsets[i] = align_up(end);
        end = offsets[i] + part[i]->size;
    }
    buffer *f = &b->file;
    f->size = 0;
    int ok = append(f, "HUMG", 4) && append_number(f, VERSION, 4) &&
             append_number(f, end, 8) && append_number(f, (uint32_t)dimension, 4) &&
             append_number(f, (uint32_t)b->rows, 4) &&
             append_number(f, (uint32_t)b->people, 4) && append_number(f, SECTIONS, 4) &&
             append_number(f, (uint32_t)b->dimension, 4) && append(f, NULL, HEADER - 36);
    for (int i = 0; i < SECTIONS; i++)
        ok = ok && append(f, tags[i], 4) && append_number(f, 0, 4) &&
             append_number(f, offsets[i], 8) && append_number(f, part[i]->size, 8);
    for (int i = 0; i < SECTIONS; i++)
        ok = ok && append(f, NULL, offsets[i] - f->size) &&
             append(f, part[i]->data, part[i]->size);
    return ok ? HUM_OK
              : hum_fail(error, HUM_ERROR_MEMORY, "no memory for a gallery of %zu bytes",
                         end);
}

hum_status hum_builder_end(hum_builder *b, int32_t axes, const uint8_t **bytes,
                           size_t *size, hum_text *error) {
    if (!b->rows) return hum_fail(error, HUM_ERROR_STATE, "the gallery has no photo yet");
    if (axes &&
        (axes < 2 || axes > HUM_MAX_AXES || axes > b->rows || axes >= b->dimension))
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "%d photos with embeddings of %d numbers cannot have %d axes: 2 "
                        "to %d, no more than photos, less than these numbers",
                        b->rows, b->dimension, axes, HUM_MAX_AXES);
    ending d = {0};
    int32_t dimension = axes ? axes : b->dimension;
    hum_status status = axes ? project(b, axes, &d, error) : HUM_OK;
    const buffer *part[SECTIONS];
    for (int i = 0; i < SECTIONS; i++) part[i] = &b->part[i];
    part[AXES] = &d.axes;
    part[CALI] = &d.calibration;
    if (axes) part[ROWS] = &d.row, part[NORM] = &d.norm;
    if (status == HUM_OK)
        status = calibrate(b, dimension, part[ROWS], part[NORM], &d.calibration, error);
    if (status == HUM_OK) status = write_file(b, dimension, part, error);
    ending_free(&d);
    if (status != HUM_OK) return status;
    *bytes = b->file.data;
    *size = b->file.size;
    return HUM_OK;
}
