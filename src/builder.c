#include "builder.h"

#include "bytes.h"
#include "calibrate.h"

#include <math.h>
#include <stdlib.h>

/* ---- Growing buffers ------------------------------------------------------------- */

typedef struct {
    uint8_t *data;
    size_t size, capacity;
} buffer;

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

/* ---- Texts ------------------------------------------------------------------------ */

/* A text that was seen before is stored once: open addressing over offsets in TEXT. */
typedef struct {
    uint32_t offset; /* 0: free (the empty text needs no slot) */
    int32_t person;  /* whose name it is, -1 */
} slot;

struct hum_builder {
    int32_t dimension, rows, people;
    int calibrated;
    buffer part[HUM_GALLERY_SECTIONS], file;
    slot *slots;
    size_t slot_count, slots_used;
};

static slot *find_slot(const hum_builder *b, const char *text) {
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *p = text; *p; p++) hash = (hash ^ (uint8_t)*p) * 16777619u;
    size_t i = hash & (b->slot_count - 1);
    const char *texts = (const char *)b->part[HUM_TEXT].data;
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
            *find_slot(b, (const char *)b->part[HUM_TEXT].data + old[i].offset) = old[i];
    free(old);
    return 1;
}

/* The slot of a text (not empty), which is added if need be; NULL without memory. */
static slot *intern(hum_builder *b, const char *text) {
    if (2 * (b->slots_used + 1) > b->slot_count && !grow_slots(b)) return NULL;
    slot *s = find_slot(b, text);
    if (!s->offset) {
        uint32_t offset = (uint32_t)b->part[HUM_TEXT].size;
        if (!append(&b->part[HUM_TEXT], text, strlen(text) + 1)) return NULL;
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
    if (append(&b->part[HUM_CONT], contract, strlen(contract) + 1) &&
        append(&b->part[HUM_TEXT], "", 1) &&
        append(&b->part[HUM_CALI], NULL, HUM_CALIBRATION_BYTES))
        return b;
    hum_builder_free(b);
    return NULL;
}

void hum_builder_free(hum_builder *b) {
    if (!b) return;
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++) free(b->part[i].data);
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
    size_t stride = hum_round_up((size_t)dimension, 16);
    if (!append(rows, NULL, stride)) return 0;
    int8_t *row = (int8_t *)rows->data + rows->size - stride;
    for (int32_t i = 0; i < dimension; i++) {
        row[i] = (int8_t)lrintf(v[i] * scale);
        sum += row[i] * row[i];
    }
    return append_float(norms, (float)(1 / sqrt(sum)));
}

static hum_status check_texts(const char *const texts[7], hum_text *error) {
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
            if (!(n = hum_utf8((const uint8_t *)t + at, length - at)))
                return hum_fail(error, HUM_ERROR_ARGUMENT,
                                "%s is not UTF-8, or holds control characters (byte %zu)",
                                names[i], at);
    }
    if (!texts[0] || !*texts[0])
        return hum_fail(error, HUM_ERROR_ARGUMENT, "the person has no name");
    return HUM_OK;
}

/* Appends to all sections that have something of a photo; 0 without memory. */
static int append_photo(hum_builder *b, const float *embedding,
                        const char *const texts[7], const uint8_t *thumbnail,
                        size_t thumbnail_size) {
    uint32_t offsets[7] = {0};
    for (int i = 0; i < 7; i++) {
        if (!texts[i] || !*texts[i]) continue;
        slot *s = intern(b, texts[i]);
        if (!s) return 0;
        offsets[i] = s->offset;
    }
    slot *name = find_slot(b, texts[0]);
    int32_t person = name->person < 0 ? b->people : name->person;
    buffer *people = &b->part[HUM_PERS], *photo = &b->part[HUM_PHOT];
    int ok = person < b->people || (append_number(people, offsets[0], 4) &&
                                    append_number(people, offsets[1], 4));
    ok = ok && append_number(photo, (uint32_t)person, 4);
    for (int i = 2; i < 7; i++) ok = ok && append_number(photo, offsets[i], 4);
    ok = ok && append_number(photo, thumbnail_size ? b->part[HUM_THMB].size : 0, 4) &&
         append_number(photo, thumbnail_size, 4) &&
         append(&b->part[HUM_THMB], thumbnail, thumbnail_size) &&
         append_row(&b->part[HUM_ROWS], &b->part[HUM_NORM], embedding, b->dimension);
    if (!ok) return 0;
    name->person = person;
    b->people += person == b->people;
    b->rows++;
    return 1;
}

hum_status hum_builder_add(hum_builder *b, const float *embedding,
                           const char *const texts[7], const uint8_t *thumbnail,
                           size_t thumbnail_size, hum_text *error) {
    hum_status status = check_texts(texts, error);
    if (status != HUM_OK) return status;
    if (b->rows == HUM_MAX_ROWS || thumbnail_size > UINT32_MAX - b->part[HUM_THMB].size ||
        b->part[HUM_TEXT].size > UINT32_MAX - 7 * (HUM_MAX_TEXT + 1))
        return hum_fail(error, HUM_ERROR_LIMIT,
                        "the gallery is full: at most %d photos and 4 GB of thumbnails "
                        "and texts fit",
                        HUM_MAX_ROWS);
    /* A photo that does not fit into memory leaves nothing behind but its texts. */
    size_t before[HUM_GALLERY_SECTIONS];
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++) before[i] = b->part[i].size;
    if (append_photo(b, embedding, texts, thumbnail, thumbnail_size)) return HUM_OK;
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++)
        if (i != HUM_TEXT) b->part[i].size = before[i];
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory for photo %d of the gallery",
                    b->rows + 1);
}

/* ---- The end ---------------------------------------------------------------------- */

/* The sections of a projected gallery that differ, and what makes them. */
typedef struct {
    buffer axes, row, norm;
    buffer axis;   /* int8 [to,stride], until they are behind their norms */
    float *fitted; /* [to,from], and room for a row before and after: [from], [to] */
} ending;

static void ending_free(ending *d) {
    free(d->axes.data);
    free(d->row.data);
    free(d->norm.data);
    free(d->axis.data);
    free(d->fitted);
}

/* Finds the axes of all rows, and writes them and the rows along them. */
static hum_status project(const hum_builder *b, int32_t to, ending *d, hum_text *error) {
    size_t n = (size_t)b->dimension, m = (size_t)to, stride = hum_round_up(n, 16);
    const int8_t *row = (const int8_t *)b->part[HUM_ROWS].data;
    const float *norm = (const float *)(const void *)b->part[HUM_NORM].data;
    d->fitted = malloc((m * n + n + m) * sizeof *d->fitted);
    if (!d->fitted) goto memory;
    float *x = d->fitted + m * n, *along = x + n;
    hum_status status = hum_fit_axes(row, norm, b->rows, b->dimension, (int32_t)stride,
                                     to, d->fitted, error);
    if (status != HUM_OK) return status;
    for (size_t k = 0; k < m; k++)
        if (!append_row(&d->axis, &d->axes, d->fitted + k * n, b->dimension)) goto memory;
    if (!append(&d->axes, d->axis.data, d->axis.size)) goto memory;
    hum_projection p = {b->dimension, to, (int32_t)stride,
                        (const float *)(const void *)d->axes.data,
                        (const int8_t *)d->axis.data};
    for (size_t r = 0; r < (size_t)b->rows; r++) {
        for (size_t i = 0; i < n; i++) x[i] = (float)row[r * stride + i] * norm[r];
        status = hum_project_vector(&p, x, along, error);
        if (status != HUM_OK) return status;
        if (!append_row(&d->row, &d->norm, along, to)) goto memory;
    }
    return HUM_OK;
memory:
    return hum_fail(error, HUM_ERROR_MEMORY, "no memory to project the gallery");
}

static hum_status write_file(hum_builder *b, int32_t dimension,
                             const buffer *const part[HUM_GALLERY_SECTIONS],
                             hum_text *error) {
    const size_t table = HUM_GALLERY_HEADER;
    size_t offsets[HUM_GALLERY_SECTIONS];
    size_t end = table + HUM_GALLERY_ENTRY * HUM_GALLERY_SECTIONS;
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++) {
        offsets[i] = hum_round_up(end, HUM_GALLERY_ALIGNMENT);
        end = offsets[i] + part[i]->size;
    }
    buffer *f = &b->file;
    f->size = 0;
    int ok = append(f, "HUMG", 4) && append_number(f, HUM_GALLERY_VERSION, 4) &&
             append_number(f, end, 8) && append_number(f, (uint32_t)dimension, 4) &&
             append_number(f, (uint32_t)b->rows, 4) &&
             append_number(f, (uint32_t)b->people, 4) &&
             append_number(f, HUM_GALLERY_SECTIONS, 4) &&
             append_number(f, (uint32_t)b->dimension, 4) &&
             append(f, NULL, table - f->size);
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++)
        ok = ok && append(f, hum_gallery_tags[i], 4) && append_number(f, 0, 4) &&
             append_number(f, offsets[i], 8) && append_number(f, part[i]->size, 8);
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++)
        ok = ok && append(f, NULL, offsets[i] - f->size) &&
             append(f, part[i]->data, part[i]->size);
    return ok ? HUM_OK
              : hum_fail(error, HUM_ERROR_MEMORY, "no memory for a gallery of %zu bytes",
                         end);
}

/* Appends where there is room for it. */
static void put_distribution(buffer *file, const hum_distribution *d) {
    for (int i = 0; i < HUM_QUANTILES; i++) append_float(file, d->quantiles[i]);
}

/* Measures the gallery as it was written, and puts what is found in place of the zeros of
   its last section. */
static hum_status calibrate(buffer *file, hum_text *error) {
    hum_gallery g;
    hum_calibration c;
    hum_status status = hum_gallery_parse(file->data, file->size, &g, error);
    if (status == HUM_OK) status = hum_calibrate(&g, &c, error);
    if (status != HUM_OK) return status;
    file->size -= HUM_CALIBRATION_BYTES;
    const uint32_t counts[4] = {c.strangers.scores, c.kin.scores, c.nearest.scores, 0};
    for (int i = 0; i < 4; i++) append_number(file, counts[i], 4);
    put_distribution(file, &c.strangers);
    put_distribution(file, &c.kin);
    put_distribution(file, &c.nearest);
    return HUM_OK;
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
    const buffer *part[HUM_GALLERY_SECTIONS];
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++) part[i] = &b->part[i];
    ending d = {0};
    hum_status status = HUM_OK;
    if (axes) {
        status = project(b, axes, &d, error);
        part[HUM_AXES] = &d.axes;
        part[HUM_ROWS] = &d.row;
        part[HUM_NORM] = &d.norm;
    }
    if (status == HUM_OK) status = write_file(b, axes ? axes : b->dimension, part, error);
    ending_free(&d);
    if (status == HUM_OK && b->calibrated) status = calibrate(&b->file, error);
    if (status != HUM_OK) return status;
    *bytes = b->file.data;
    *size = b->file.size;
    return HUM_OK;
}
