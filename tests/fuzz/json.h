/* Whether a text is valid JSON (RFC 8259) in valid UTF-8 (RFC 3629). */

#ifndef JSON_H
#define JSON_H

#include <stddef.h>
#include <string.h>

/* Each of these returns what follows the value that begins at p; NULL where none does. */

static inline const char *json_value(const char *p);

static inline const char *json_space(const char *p) {
    return p + strspn(p, " \t\r\n");
}

static inline const char *json_character(const char *p) {
    const unsigned char *c = (const unsigned char *)p;
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (c[0] < 0x20) return NULL;
    if (c[0] == '\\') {
        if (c[1] == 'u')
            return strspn(p + 2, "0123456789abcdefABCDEF") >= 4 ? p + 6 : NULL;
        return c[1] && strchr("\"\\/bfnrt", c[1]) ? p + 2 : NULL;
    }
    if (c[0] < 0x80) return p + 1;
    int n = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
    unsigned code = c[0] & (0x7fu >> n);
    if (c[0] < 0xc0 || c[0] > 0xf7) return NULL;
    for (int i = 1; i < n; i++) {
        if ((c[i] & 0xc0) != 0x80) return NULL;
        code = code << 6 | (c[i] & 0x3fu);
    }
    int surrogate = code >= 0xd800 && code <= 0xdfff;
    return code >= least[n] && code <= 0x10ffff && !surrogate ? p + n : NULL;
}

static inline const char *json_string(const char *p) {
    if (*p++ != '"') return NULL;
    while (p && *p != '"') p = json_character(p);
    return p ? p + 1 : NULL;
}

static inline const char *json_digits(const char *p) {
    size_t n = strspn(p, "0123456789");
    return n ? p + n : NULL;
}

static inline const char *json_number(const char *p) {
    p += *p == '-';
    p = *p == '0' ? p + 1 : json_digits(p);
    if (p && *p == '.') p = json_digits(p + 1);
    if (p && (*p == 'e' || *p == 'E'))
        p = json_digits(p + 1 + (p[1] == '-' || p[1] == '+'));
    return p;
}

/* What stands between brackets, with keys or without. */
static inline const char *json_list(const char *p, char end, int keys) {
    p = json_space(p + 1);
    if (*p == end) return p + 1;
    for (;;) {
        if (keys) {
            p = json_string(json_space(p));
            if (!p || *(p = json_space(p)) != ':') return NULL;
            p++;
        }
        p = json_value(p);
        if (!p) return NULL;
        p = json_space(p);
        if (*p == end) return p + 1;
        if (*p++ != ',') return NULL;
    }
}

static inline const char *json_value(const char *p) {
    p = json_space(p);
    if (*p == '{') return json_list(p, '}', 1);
    if (*p == '[') return json_list(p, ']', 0);
    if (*p == '"') return json_string(p);
    if (strncmp(p, "true", 4) == 0 || strncmp(p, "null", 4) == 0) return p + 4;
    if (strncmp(p, "false", 5) == 0) return p + 5;
    return json_number(p);
}

static inline int is_json(const char *text) {
    const char *end = json_value(text);
    return end && !*json_space(end);
}

#endif
