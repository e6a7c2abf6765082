#include "cli.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_DEPTH = 64 };

/* ---- Reading --------------------------------------------------------------------- */

typedef struct {
    const char *text, *at, *end;
    char *why;
} reader;

static int fail(reader *r, const char *reason) {
    int line = 1;
    for (const char *p = r->text; p < r->at; p++) line += *p == '\n';
    snprintf(r->why, 160, "line %d: %s", line, reason);
    return -1;
}

static void skip_space(reader *r) {
    while (r->at < r->end && strchr(" \t\r\n", *r->at) && *r->at) r->at++;
}

static int next_is(reader *r, char c) {
    skip_space(r);
    if (r->at == r->end || *r->at != c) return 0;
    r->at++;
    return 1;
}

static int hex4(reader *r, unsigned *out) {
    if (r->end - r->at < 4) return fail(r, "a \\u escape needs four digits");
    *out = 0;
    for (int i = 0; i < 4; i++) {
        char c = *r->at++;
        int digit = c >= '0' && c <= '9'   ? c - '0'
                    : c >= 'a' && c <= 'f' ? c - 'a' + 10
                    : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                           : -1;
        if (digit < 0) return fail(r, "a \\u escape needs four hexadecimal digits");
        *out = *out << 4 | (unsigned)digit;
    }
    return 0;
}

static char *put_utf8(char *out, unsigned c) {
    if (c < 0x80) {
        *out++ = (char)c;
    } else if (c < 0x800) {
        *out++ = (char)(0xC0 | c >> 6);
        *out++ = (char)(0x80 | (c & 63));
    } else if (c < 0x10000) {
        *out++ = (char)(0xE0 | c >> 12);
        *out++ = (char)(0x80 | (c >> 6 & 63));
        *out++ = (char)(0x80 | (c & 63));
    } else {
        *out++ = (char)(0xF0 | c >> 18);
        *out++ = (char)(0x80 | (c >> 12 & 63));
        *out++ = (char)(0x80 | (c >> 6 & 63));
        *out++ = (char)(0x80 | (c & 63));
    }
    return out;
}

static int read_escape(reader *r, char **out) {
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    if (r->at == r->end) return fail(r, "the text ends inside a string");
    char c = *r->at++;
    const char *found = c ? strchr(names, c) : NULL;
    if (found) {
        *(*out)++ = values[found - names];
        return 0;
    }
    unsigned code, low;
    if (c != 'u') return fail(r, "unknown escape in a string");
    if (hex4(r, &code)) return -1;
    if (code >= 0xD800 && code < 0xDC00) { /* the first half of a pair */
        if (r->end - r->at < 2 || r->at[0] != '\\' || r->at[1] != 'u')
            return fail(r, "half a surrogate pair in a string");
        r->at += 2;
        if (hex4(r, &low)) return -1;
        if (low < 0xDC00 || low > 0xDFFF)
            return fail(r, "half a surrogate pair in a string");
        code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
    } else if (code >= 0xDC00 && code <= 0xDFFF) {
        return fail(r, "half a surrogate pair in a string");
    }
    if (code == 0) return fail(r, "a zero character in a string");
    *out = put_utf8(*out, code);
    return 0;
}

static int read_string(reader *r, char **out) {
    /* Decoded text is never longer than the escaped one. */
    char *text = must_alloc((size_t)(r->end - r->at) + 1, 1), *p = text;
    while (r->at < r->end && *r->at != '"') {
        char c = *r->at++;
        if ((unsigned char)c < 32) {
            free(text);
            return fail(r, "a control character in a string");
        }
        if (c != '\\') {
            *p++ = c;
        } else if (read_escape(r, &p)) {
            free(text);
            return -1;
        }
    }
    *p = 0;
    if (r->at == r->end) {
        free(text);
        return fail(r, "the text ends inside a string");
    }
    r->at++;
    *out = must_grow(text, (size_t)(p - text) + 1, 1);
    return 0;
}

static int read_value(reader *r, json_value *v, int depth);

static int read_members(reader *r, json_value *v, char close, int depth) {
    if (depth == MAX_DEPTH) return fail(r, "nested too deeply");
    if (next_is(r, close)) return 0;
    do {
        size_t n = (size_t)v->count + 1;
        v->items = must_grow(v->items, n, sizeof *v->items);
        v->items[v->count] = (json_value){0};
        if (close == '}') {
            char *key = NULL;
            if (!next_is(r, '"')) return fail(r, "expected a member's name");
            if (read_string(r, &key)) return -1;
            v->keys = must_grow(v->keys, n, sizeof *v->keys);
            v->keys[v->count] = key;
        }
        v->count++;
        if (close == '}' && !next_is(r, ':')) return fail(r, "expected a colon");
        if (read_value(r, &v->items[n - 1], depth + 1)) return -1;
    } while (next_is(r, ','));
    return next_is(r, close)
               ? 0
               : fail(r, close == '}' ? "expected , or }" : "expected , or ]");
}

static int read_word(reader *r, const char *word) {
    size_t length = strlen(word);
    if ((size_t)(r->end - r->at) < length || memcmp(r->at, word, length) != 0) return 0;
    r->at += length;
    return 1;
}

static int read_number(reader *r, double *out) {
    char copy[64];
    size_t n = 0;
    while (r->at + n < r->end && n < sizeof copy - 1 && r->at[n] &&
           strchr("+-.0123456789eE", r->at[n]))
        n++;
    memcpy(copy, r->at, n);
    copy[n] = 0;
    char *end;
    *out = strtod(copy, &end);
    if (n == 0 || *end || !isfinite(*out)) return fail(r, "expected a value");
    r->at += n;
    return 0;
}

static int read_value(reader *r, json_value *v, int depth) {
    if (next_is(r, '"')) {
        v->type = JSON_STRING;
        return read_string(r, &v->text);
    }
    if (next_is(r, '{')) {
        v->type = JSON_OBJECT;
        return read_members(r, v, '}', depth);
    }
    if (next_is(r, '[')) {
        v->type = JSON_ARRAY;
        return read_members(r, v, ']', depth);
    }
    if (read_word(r, "null")) return 0;
    int is_true = read_word(r, "true");
    if (is_true || read_word(r, "false")) {
        v->type = JSON_BOOL;
        v->number = is_true;
        return 0;
    }
    v->type = JSON_NUMBER;
    return read_number(r, &v->number);
}

void json_free(json_value *value) {
    for (int i = 0; i < value->count; i++) {
        json_free(&value->items[i]);
        if (value->keys) free(value->keys[i]);
    }
    free(value->items);
    free(value->keys);
    free(value->text);
    *value = (json_value){0};
}

int json_parse(const char *text, size_t size, json_value *value, char why[160]) {
    reader r = {text, text, text + size, why};
    *value = (json_value){0};
    int code = read_value(&r, value, 0);
    skip_space(&r);
    if (!code && r.at != r.end) code = fail(&r, "something follows the end of the value");
    if (code) json_free(value);
    return code;
}

const json_value *json_get(const json_value *value, const char *key) {
    if (!value || value->type != JSON_OBJECT) return NULL;
    for (int i = 0; i < value->count; i++)
        if (strcmp(value->keys[i], key) == 0) return &value->items[i];
    return NULL;
}

/* ---- Writing --------------------------------------------------------------------- */

/* The length of the valid UTF-8 sequence at p, 0 if there is none: no overlong forms, no
   surrogates, nothing above U+10FFFF. */
static int utf8_length(const unsigned char *p) {
    if (p[0] < 0x80) return 1;
    int n = p[0] >= 0xC2 && p[0] <= 0xDF   ? 2
            : (p[0] & 0xF0) == 0xE0        ? 3
            : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4
                                           : 0;
    for (int i = 1; i < n; i++) /* stops at the closing zero as well */
        if ((p[i] & 0xC0) != 0x80) return 0;
    if (n == 3 && ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F)))
        return 0;
    if (n == 4 && ((p[0] == 0xF0 && p[1] < 0x90) || (p[0] == 0xF4 && p[1] > 0x8F)))
        return 0;
    return n;
}

int text_is_clean(const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    while (*p) {
        int n = utf8_length(p);
        if (n == 0 || *p < 32 || *p == 127) return 0;
        p += n;
    }
    return 1;
}

void json_string(FILE *out, const char *text) {
    const unsigned char *p = (const unsigned char *)text;
    fputc('"', out);
    while (*p) {
        int n = utf8_length(p);
        if (n == 0) {
            fputs("\xEF\xBF\xBD", out);
            n = 1;
        } else if (*p == '"' || *p == '\\') {
            fprintf(out, "\\%c", *p);
        } else if (*p < 32 || *p == 127) {
            fprintf(out, "\\u%04x", *p);
        } else {
            fwrite(p, 1, (size_t)n, out);
        }
        p += n;
    }
    fputc('"', out);
}

void json_floats(FILE *out, const float *values, int count) {
    fputc('[', out);
    for (int i = 0; i < count; i++) fprintf(out, i ? ",%.9g" : "%.9g", (double)values[i]);
    fputc(']', out);
}

void json_face(FILE *out, const hum_face *face) {
    fprintf(out,
            "{\"x\":%.9g,\"y\":%.9g,\"width\":%.9g,\"height\":%.9g,\"score\":%.9g,"
            "\"points\":[",
            (double)face->x, (double)face->y, (double)face->width, (double)face->height,
            (double)face->score);
    for (int i = 0; i < 6; i++) {
        if (i) fputc(',', out);
        json_floats(out, face->points + 2 * i, 2);
    }
    fputs("]}", out);
}
