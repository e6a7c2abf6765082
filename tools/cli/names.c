#include "names.h"

#include "fail.h"
#include "files.h"
#include "text.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 16 << 20 };

static int by_name(const void *a, const void *b) {
    return strcasecmp(((const name_line *)a)->name, ((const name_line *)b)->name);
}

/* `Joe_Biden ` -> `Joe Biden`, in place, as the converter does: whoever asks to be left
   out is found in either spelling. */
static char *plain(char *name) {
    char *out = name;
    for (char *token, *rest = name; (token = strsep(&rest, "_ \r"));) {
        if (!*token) continue;
        size_t length = strlen(token);
        if (out != name) *out++ = ' ';
        memmove(out, token, length);
        out += length;
    }
    *out = 0;
    return name;
}

int names_read(const char *path, name_list *list) {
    size_t room = 1;
    char *rest = list->text = file_read_text(path, MAX_BYTES), *text;
    if (!rest) return EXIT_BAD;
    for (const char *p = rest; *p; p++) room += *p == '\n';
    list->lines = must_alloc(room, sizeof *list->lines);
    for (int number = 1; (text = strsep(&rest, "\n")); number++) {
        char *value = text, *name = plain(strsep(&value, "\t"));
        if (value) value[strcspn(value, "\r")] = 0;
        if (!*name && !value) continue;
        if (!*name || !text_is_plain(name) || (value && !text_is_plain(value)))
            return cli_fail("%s: line %d holds no name in clean UTF-8", path, number);
        list->lines[list->count++] = (name_line){name, value, 0};
    }
    return EXIT_DONE;
}

int names_read_sorted(const char *path, name_list *list) {
    if (!path) return EXIT_DONE;
    int code = names_read(path, list);
    if (code) return code;
    qsort(list->lines, list->count, sizeof *list->lines, by_name);
    size_t count = 0;
    for (size_t i = 0; i < list->count; i++) {
        const name_line *last = count ? &list->lines[count - 1] : NULL,
                        *next = &list->lines[i];
        if (!last || by_name(last, next) != 0) list->lines[count++] = *next;
        else if (strcmp(last->value ? last->value : "", next->value ? next->value : ""))
            return cli_fail("%s: '%s' comes twice, with different links", path,
                            next->name);
    }
    list->count = count;
    return EXIT_DONE;
}

void names_free(name_list *list) {
    free(list->text);
    free(list->lines);
}

const name_line *names_find(const name_list *list, char *name) {
    name_line key = {name, NULL, 0};
    name_line *found =
        list->count ? bsearch(&key, list->lines, list->count, sizeof key, by_name) : NULL;
    if (found) found->used = 1;
    return found;
}

void names_report_unused(const name_list *list, const char *path) {
    for (size_t i = 0; i < list->count; i++)
        if (!list->lines[i].used)
            cli_note("note: nobody is called '%s' (%s)", list->lines[i].name, path);
}

int names_check_links(const name_list *list, const char *path) {
    for (size_t i = 0; i < list->count; i++) {
        const char *link = list->lines[i].value;
        if (!link ||
            (strncmp(link, "http://", 7) != 0 && strncmp(link, "https://", 8) != 0))
            return cli_fail("%s: expected a name, a tab and an http address, found '%s'",
                            path, list->lines[i].name);
    }
    return EXIT_DONE;
}
