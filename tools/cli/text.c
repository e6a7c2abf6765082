#include "text.h"

#include <stdint.h>

/* The length of the UTF-8 sequence at p (RFC 3629), 0 if there is none. */
static int decode(const unsigned char *p, uint32_t *out) {
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    int n = *p < 0x80 ? 1 : *p < 0xC0 ? 0 : *p < 0xE0 ? 2 : *p < 0xF0 ? 3 : 4;
    if (n == 0 || *p > 0xF4) return 0;
    uint32_t c = n == 1 ? *p : *p & 0x7Fu >> n;
    for (int i = 1; i < n; i++) { /* stops at the closing zero as well */
        if ((p[i] & 0xC0) != 0x80) return 0;
        c = c << 6 | (p[i] & 0x3Fu);
    }
    *out = c;
    return c < least[n] || c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF) ? 0 : n;
}

static int is_control(uint32_t c) {
    return c < 32 || (c >= 127 && c < 160);
}

/* Lines that end unseen; embeddings, overrides and isolates of the direction. */
static int is_steering(uint32_t c) {
    return is_control(c) || (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

int text_is_plain(const char *text) {
    uint32_t c;
    for (int n; *text; text += n)
        if (!(n = decode((const unsigned char *)text, &c)) || is_control(c)) return 0;
    return 1;
}

void text_write(FILE *out, const char *text, int is_terminal) {
    while (*text) {
        uint32_t c;
        int n = decode((const unsigned char *)text, &c);
        if (!n || (is_terminal && is_steering(c))) fputs("\xEF\xBF\xBD", out);
        else fwrite(text, 1, (size_t)n, out);
        text += n ? n : 1;
    }
}

int text_columns(const char *text) {
    int n = 0;
    for (; *text; text++) n += (*text & 0xC0) != 0x80;
    return n;
}
