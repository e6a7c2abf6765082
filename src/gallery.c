#include "gallery.h"

#include "bytes.h"

#include <math.h>

enum { PERSON_BYTES = 8, PHOTO_BYTES = 32 };

const char hum_gallery_tags[HUM_GALLERY_SECTIONS][5] = {
    "CONT", "AXES", "ROWS", "NORM", "PERS", "PHOT", "TEXT", "THMB", "CALI"};

/* ---- Texts and numbers ----------------------------------------------------------- */

size_t hum_utf8(const uint8_t *p, size_t left) {
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
static int texts_ok(const hum_bytes *b) {
    const uint8_t *p = b->data;
    if (!b->size || p[b->size - 1]) return 0;
    size_t length = 0;
    for (size_t i = 0; i < b->size;) {
        size_t n = p[i] ? hum_utf8(p + i, b->size - i) : 1;
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

/* ---- The parts of the file ------------------------------------------------------- */

typedef struct {
    hum_bytes file, section[HUM_GALLERY_SECTIONS];
    hum_gallery g; /* filled from part to part */
    hum_text *error;
} reader;

static hum_status damaged(reader *r, const char *what) {
    return hum_fail(r->error, HUM_ERROR_FORMAT,
                    "the gallery file (%zu bytes) is damaged: %s", r->file.size, what);
}

static hum_status read_start(reader *r) {
    hum_bytes *file = &r->file;
    if (file->size < HUM_GALLERY_HEADER || memcmp(file->data, "HUMG", 4) != 0) {
        char start[24];
        hum_printable((const char *)file->data, file->size, start, sizeof start);
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "not a gallery file: %zu bytes beginning '%s', expected 'HUMG'",
                        file->size, start);
    }
    uint32_t version = hum_u32(file, 4);
    if (version != HUM_GALLERY_VERSION)
        return hum_fail(r->error, HUM_ERROR_UNSUPPORTED,
                        "the gallery has format version %u, this program reads %d: make "
                        "it again with `humshakal gallery build`",
                        version, HUM_GALLERY_VERSION);
    uint64_t size = hum_u64(file, 8);
    if (size != file->size)
        return hum_fail(r->error, HUM_ERROR_FORMAT,
                        "the gallery file has %zu bytes where its header says %llu: it "
                        "was cut off or joined",
                        file->size, (unsigned long long)size);
    if (hum_u32(file, 28) != HUM_GALLERY_SECTIONS)
        return damaged(r, "its number of sections");
    for (size_t i = 36; i < HUM_GALLERY_HEADER; i++)
        if (file->data[i]) return damaged(r, "its header is not zero where it should be");
    return HUM_OK;
}

static hum_status read_counts(reader *r) {
    uint32_t dimension = hum_u32(&r->file, 16), rows = hum_u32(&r->file, 20);
    uint32_t people = hum_u32(&r->file, 24), from = hum_u32(&r->file, 32);
    if (dimension < 2 || dimension > HUM_MAX_DIMENSION || rows < 1 ||
        rows > HUM_MAX_ROWS || people < 1 || people > rows)
        return hum_fail(r->error, HUM_ERROR_LIMIT,
                        "the gallery has %u photos of %u people with %u numbers each; at "
                        "most %d photos and %d numbers are read",
                        rows, people, dimension, HUM_MAX_ROWS, HUM_MAX_DIMENSION);
    if (from < dimension || from > HUM_MAX_DIMENSION)
        return hum_fail(r->error, HUM_ERROR_LIMIT,
                        "the gallery has rows of %u numbers for embeddings of %u; "
                        "expected no more than these have, and at most %d",
                        dimension, from, HUM_MAX_DIMENSION);
    r->g.dimension = (int32_t)dimension;
    r->g.stride = (int32_t)hum_round_up(dimension, 16);
    r->g.rows = (int32_t)rows;
    r->g.people = (int32_t)people;
    r->g.probe_dimension = r->g.projection.from = (int32_t)from;
    r->g.projection.stride = (int32_t)hum_round_up(from, 16);
    if (dimension < from) r->g.projection.to = (int32_t)dimension;
    return HUM_OK;
}

static hum_status read_table(reader *r) {
    size_t expected = HUM_GALLERY_HEADER + HUM_GALLERY_ENTRY * HUM_GALLERY_SECTIONS;
    for (int i = 0; i < HUM_GALLERY_SECTIONS; i++) {
        size_t entry = HUM_GALLERY_HEADER + HUM_GALLERY_ENTRY * (size_t)i;
        uint64_t offset = hum_u64(&r->file, entry + 8),
                 size = hum_u64(&r->file, entry + 16);
        if (r->file.failed || memcmp(r->file.data + entry, hum_gallery_tags[i], 4) != 0)
            return damaged(r, "its table of sections is not as expected");
        size_t start = hum_round_up(expected, HUM_GALLERY_ALIGNMENT);
        if (offset != start || !hum_has(&r->file, start, 0) ||
            size > r->file.size - start)
            return hum_fail(r->error, HUM_ERROR_FORMAT,
                            "the gallery file (%zu bytes) is damaged or cut off: section "
                            "%s needs %llu bytes from byte %zu on",
                            r->file.size, hum_gallery_tags[i], (unsigned long long)size,
                            start);
        for (size_t gap = expected; gap < start; gap++)
            if (r->file.data[gap]) return damaged(r, "a gap is not zero");
        r->section[i] = (hum_bytes){r->file.data + start, (size_t)size, 0};
        expected = start + (size_t)size;
    }
    if (expected != r->file.size) return damaged(r, "bytes follow the last section");
    return HUM_OK;
}

/* Whether sections have the sizes that the counts say, in 64 bits: rows may have more
   bytes than a size_t of WebAssembly can tell. */
static hum_status check_sizes(reader *r) {
    const hum_projection *p = &r->g.projection;
    uint64_t rows = (uint64_t)r->g.rows, to = (uint64_t)p->to;
    const struct {
        int section;
        uint64_t size;
    } expected[] = {{HUM_AXES, to * (4 + (uint64_t)p->stride)},
                    {HUM_ROWS, rows * (uint64_t)r->g.stride},
                    {HUM_NORM, rows * 4},
                    {HUM_PERS, (uint64_t)r->g.people * PERSON_BYTES},
                    {HUM_PHOT, rows * PHOTO_BYTES},
                    {HUM_CALI, HUM_CALIBRATION_BYTES}};
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        int k = expected[i].section;
        if (expected[i].size != r->section[k].size)
            return hum_fail(r->error, HUM_ERROR_FORMAT,
                            "section %s of the gallery has %zu bytes, expected %llu",
                            hum_gallery_tags[k], r->section[k].size,
                            (unsigned long long)expected[i].size);
    }
    return HUM_OK;
}

static hum_status read_texts(reader *r) {
    const hum_bytes *contract = &r->section[HUM_CONT], *text = &r->section[HUM_TEXT];
    if (!texts_ok(contract) || memchr(contract->data, 0, contract->size - 1))
        return damaged(r, "its contract is not a text");
    if (!texts_ok(text) || text->data[0])
        return damaged(r, "its texts are not clean UTF-8");
    r->g.contract = (const char *)contract->data;
    r->g.text = (const char *)text->data;
    return HUM_OK;
}

/* Rows and axes [count,n], [count,stride] in memory, have the length that their norm
   says, and zeros behind their end: cosines are -1..1, and what is projected is finite.
 */
static hum_status check_lengths(reader *r, const int8_t *vectors, const float *norm,
                                size_t count, size_t n, size_t stride) {
    for (size_t k = 0; k < count; k++) {
        const int8_t *v = vectors + k * stride;
        int32_t sum = 0; /* HUM_MAX_DIMENSION squares of 128 fit */
        for (size_t i = 0; i < n; i++) sum += v[i] * v[i];
        for (size_t i = n; i < stride; i++)
            if (v[i]) return damaged(r, "a gap is not zero");
        if (!(fabs(sqrt((double)sum) * (double)norm[k] - 1) < 1e-5))
            return damaged(r, "a row or an axis does not have length 1");
    }
    return HUM_OK;
}

static hum_status read_axes(reader *r) {
    hum_projection *p = &r->g.projection;
    p->norm = (const float *)(const void *)r->section[HUM_AXES].data;
    p->axis = (const int8_t *)(p->norm + p->to);
    return check_lengths(r, p->axis, p->norm, (size_t)p->to, (size_t)p->from,
                         (size_t)p->stride);
}

static hum_status read_rows(reader *r) {
    r->g.row = (const int8_t *)r->section[HUM_ROWS].data;
    r->g.norm = (const float *)(const void *)r->section[HUM_NORM].data;
    return check_lengths(r, r->g.row, r->g.norm, (size_t)r->g.rows,
                         (size_t)r->g.dimension, (size_t)r->g.stride);
}

static hum_status read_entries(reader *r) {
    hum_bytes *person = &r->section[HUM_PERS], *photo = &r->section[HUM_PHOT];
    const hum_bytes *text = &r->section[HUM_TEXT], *thumbs = &r->section[HUM_THMB];
    for (size_t i = 0; i < (size_t)r->g.people * 2; i++)
        if (!is_text(text, hum_u32(person, 4 * i)))
            return damaged(r, "a person's text lies elsewhere");
    for (size_t i = 0; i < (size_t)r->g.rows; i++) {
        size_t at = i * PHOTO_BYTES;
        if (hum_u32(photo, at) >= (uint32_t)r->g.people)
            return damaged(r, "a photo shows a person who is not there");
        for (size_t k = 1; k <= 5; k++)
            if (!is_text(text, hum_u32(photo, at + 4 * k)))
                return damaged(r, "a photo's text lies elsewhere");
        if (!hum_has(thumbs, hum_u32(photo, at + 24), hum_u32(photo, at + 28)))
            return damaged(r, "a thumbnail lies elsewhere");
    }
    r->g.person = person->data;
    r->g.photo = photo->data;
    r->g.thumbs = thumbs->data;
    return HUM_OK;
}

static hum_status read_calibration(reader *r) {
    hum_bytes *b = &r->section[HUM_CALI];
    if (hum_u32(b, 12)) return damaged(r, "a gap is not zero");
    r->g.stranger_pairs = hum_u32(b, 0);
    r->g.kin_pairs = hum_u32(b, 4);
    r->g.nearest_probes = hum_u32(b, 8);
    const float *q = (const float *)(const void *)(b->data + 16);
    const float **const distributions[] = {&r->g.strangers, &r->g.kin, &r->g.nearest};
    for (size_t i = 0; i < 3; i++, q += HUM_QUANTILES) {
        if (!quantiles_ok(q)) return damaged(r, "its quantiles do not rise");
        if (q[0] < q[HUM_QUANTILES - 1]) *distributions[i] = q;
    }
    return HUM_OK;
}

hum_status hum_gallery_parse(const uint8_t *bytes, size_t size, hum_gallery *gallery,
                             hum_text *error) {
    if ((uintptr_t)bytes % 8)
        return hum_fail(error, HUM_ERROR_ARGUMENT,
                        "the gallery's bytes must be aligned to 8, as malloc does");
    static hum_status (*const parts[])(reader *) = {
        read_start, read_counts, read_table,   check_sizes,     read_texts,
        read_axes,  read_rows,   read_entries, read_calibration};
    reader r = {.file = {bytes, size, 0}, .error = error};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        hum_status status = parts[i](&r);
        if (status != HUM_OK) return status;
    }
    *gallery = r.g;
    gallery->bytes = bytes;
    gallery->size = size;
    return HUM_OK;
}

/* ---- Entries --------------------------------------------------------------------- */

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
