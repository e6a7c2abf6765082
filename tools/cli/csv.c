#include "csv.h"

int csv_line(char **at, char *cells[CSV_MAX_CELLS], int *lines) {
    int count = 0;
    for (char *p = *at;;) {
        if (count == CSV_MAX_CELLS) return -1;
        char *out = cells[count++] = p;
        if (*p == '"') {
            for (p++; *p && !(p[0] == '"' && p[1] != '"'); p++) {
                if (*p == '\n') ++*lines;
                if (*p == '"') p++; /* two quotes stand for one */
                *out++ = *p;
            }
            if (!*p) return -1;
            p++;
        } else {
            while (*p && *p != ',' && *p != '\n' && *p != '\r') *out++ = *p++;
        }
        char next = *p;
        if (next == '\r' && p[1] == '\n') next = *++p;
        if (next && next != ',' && next != '\n') return -1;
        *out = 0;
        if (next) p++;
        if (next == ',') continue;
        *at = p;
        ++*lines;
        return count;
    }
}
