#include "cli.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_CREDITS_BYTES = 64 << 20 };

/* One photo, or (file "") one person. */
typedef struct {
    char *person, *file;
    char *title, *source, *author, *licence, *link;
    char *shown; /* title and source in one line */
    int line;    /* of the CSV file; 0 for JSON */
    int used;
} entry;

struct credits {
    entry *entries; /* sorted by person, file */
    int count;
    char *path;
};

/* The facts of an entry that the files may name. */
static const char *const fields[] = {"title", "source", "author", "licence", "link"};
enum { FIELDS = sizeof fields / sizeof *fields };

static char **field_of(entry *e, int field) {
    char **all[FIELDS] = {&e->title, &e->source, &e->author, &e->licence, &e->link};
    return all[field];
}

static int find_field(const char *name) {
    for (int i = 0; i < FIELDS; i++)
        if (strcmp(fields[i], name) == 0) return i;
    return -1;
}

static entry *add_entry(credits *c) {
    c->entries = must_grow(c->entries, (size_t)c->count + 1, sizeof *c->entries);
    entry *e = &c->entries[c->count++];
    *e = (entry){0};
    return e;
}

/* ---- credits.json ---------------------------------------------------------------- */

/* {"photos": {"PERSON/FILE": {title, source, author, licence, link}},
    "people": {"PERSON": {link}}} */

static int read_facts(credits *c, const char *key, const json_value *facts, int person) {
    if (facts->type != JSON_OBJECT)
        return cli_fail("%s: '%s' must be an object", c->path, key);
    entry *e = add_entry(c);
    const char *slash = strchr(key, '/');
    if (person) {
        e->person = must_copy(key);
        e->file = must_copy("");
    } else {
        if (!slash || slash == key || !slash[1] || strchr(slash + 1, '/'))
            return cli_fail("%s: a photo is named PERSON/FILE, not '%s'", c->path, key);
        e->person = must_copy(key);
        e->person[slash - key] = 0;
        e->file = must_copy(slash + 1);
    }
    for (int i = 0; i < facts->count; i++) {
        int field = find_field(facts->keys[i]);
        if (field < 0 || (person && strcmp(facts->keys[i], "link") != 0))
            return cli_fail("%s: '%s' has the unknown entry '%s'; known: %s", c->path,
                            key, facts->keys[i],
                            person ? "link" : "title, source, author, licence, link");
        if (facts->items[i].type != JSON_STRING)
            return cli_fail("%s: '%s' of '%s' must be a text", c->path, facts->keys[i],
                            key);
        free(*field_of(e, field)); /* named twice: the last one counts, as in JSON */
        *field_of(e, field) = must_copy(facts->items[i].text);
    }
    return 0;
}

static int read_json(credits *c, const char *text, size_t size) {
    json_value root;
    char why[160];
    if (json_parse(text, size, &root, why)) return cli_fail("%s: %s", c->path, why);
    int code = 0;
    if (root.type != JSON_OBJECT)
        code = cli_fail("%s must be an object with 'photos' and 'people'", c->path);
    for (int i = 0; i < root.count && !code; i++) {
        int person = strcmp(root.keys[i], "people") == 0;
        const json_value *group = &root.items[i];
        if (!person && strcmp(root.keys[i], "photos") != 0)
            code = cli_fail("%s: unknown entry '%s'; known: photos, people", c->path,
                            root.keys[i]);
        else if (group->type != JSON_OBJECT)
            code = cli_fail("%s: '%s' must be an object", c->path, root.keys[i]);
        for (int k = 0; k < group->count && !code; k++)
            code = read_facts(c, group->keys[k], &group->items[k], person);
    }
    json_free(&root);
    return code;
}

/* ---- credits.csv ----------------------------------------------------------------- */

/* A heading line, then lines of values. Columns in any order: person, file, title,
   source, author, licence, link. A line without a file is about the person. Quotes as in
   RFC 4180. */

enum { MAX_COLUMNS = 16, PERSON_COLUMN = FIELDS, FILE_COLUMN = FIELDS + 1 };

/* Splits the line at *at in place; returns the number of cells, -1 if a quote is not
   closed or there are too many cells. Quoted cells may hold line ends. */
static int split_line(char **at, char *cells[MAX_COLUMNS], int *lines) {
    int count = 0;
    for (char *p = *at;;) {
        if (count == MAX_COLUMNS) return -1;
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

static int read_csv(credits *c, char *text) {
    char *at = text, *cells[MAX_COLUMNS];
    if (strncmp(at, "\xEF\xBB\xBF", 3) == 0) at += 3; /* spreadsheets write this mark */
    int line = 1, next = 1, columns[MAX_COLUMNS], has_person = 0;
    int count = split_line(&at, cells, &next);
    for (int i = 0; i < count; i++) {
        int field = find_field(cells[i]);
        if (strcmp(cells[i], "person") == 0) field = PERSON_COLUMN, has_person = 1;
        if (strcmp(cells[i], "file") == 0) field = FILE_COLUMN;
        if (field < 0)
            return cli_fail(
                "%s: unknown column '%s'; known: person, file, title, source, "
                "author, licence, link",
                c->path, cells[i]);
        for (int k = 0; k < i; k++)
            if (columns[k] == field)
                return cli_fail("%s: column '%s' comes twice", c->path, cells[i]);
        columns[i] = field;
    }
    if (count < 0 || !has_person)
        return cli_fail("%s: the first line must name the columns, 'person' among them",
                        c->path);
    for (line = next; *at; line = next) {
        int n = split_line(&at, cells, &next);
        if (n == 1 && !*cells[0]) continue;
        if (n != count)
            return cli_fail("%s line %d: expected %d values", c->path, line, count);
        entry *e = add_entry(c);
        e->line = line;
        for (int i = 0; i < n; i++) {
            char **to = columns[i] == PERSON_COLUMN ? &e->person
                        : columns[i] == FILE_COLUMN ? &e->file
                                                    : field_of(e, columns[i]);
            *to = must_copy(cells[i]);
        }
        if (!e->file) e->file = must_copy("");
        if (!*e->person) return cli_fail("%s line %d names no person", c->path, line);
    }
    return 0;
}

/* ---- Both ------------------------------------------------------------------------ */

static int compare_entries(const void *a, const void *b) {
    const entry *x = a, *y = b;
    int order = strcmp(x->person, y->person);
    return order ? order : strcmp(x->file, y->file);
}

/* Fills what is missing with "" and checks what will be written into the gallery. */
static int finish(credits *c) {
    for (int i = 0; i < c->count; i++) {
        entry *e = &c->entries[i];
        for (int f = 0; f < FIELDS; f++) {
            char **text = field_of(e, f);
            if (!*text) *text = must_copy("");
            if (!text_is_clean(*text))
                return cli_fail("%s: '%s' of %s/%s is not plain UTF-8 text in one line",
                                c->path, fields[f], e->person, e->file);
        }
        size_t size = strlen(e->title) + strlen(e->source) + 3;
        e->shown = must_alloc(size, 1);
        snprintf(e->shown, size, "%s%s%s", e->title, *e->title && *e->source ? ", " : "",
                 e->source);
    }
    if (c->count)
        qsort(c->entries, (size_t)c->count, sizeof *c->entries, compare_entries);
    for (int i = 1; i < c->count; i++)
        if (compare_entries(&c->entries[i - 1], &c->entries[i]) == 0)
            return cli_fail("%s names %s/%s twice", c->path, c->entries[i].person,
                            c->entries[i].file);
    return 0;
}

void credits_free(credits *c) {
    if (!c) return;
    for (int i = 0; i < c->count; i++) {
        for (int f = 0; f < FIELDS; f++) free(*field_of(&c->entries[i], f));
        free(c->entries[i].person);
        free(c->entries[i].file);
        free(c->entries[i].shown);
    }
    free(c->entries);
    free(c->path);
    free(c);
}

int credits_read(const char *folder, credits **out) {
    *out = NULL;
    char *json = path_join(folder, "credits.json"),
         *csv = path_join(folder, "credits.csv");
    int has_json = file_exists(json), has_csv = file_exists(csv), code = 0;
    if (has_json && has_csv) {
        code = cli_fail("%s and credits.csv are both there; keep one", json);
    } else if (has_json || has_csv) {
        credits *c = must_alloc(1, sizeof *c);
        c->path = must_copy(has_json ? json : csv);
        size_t size = 0;
        const char *why = "";
        char *text = (char *)file_read(c->path, MAX_CREDITS_BYTES, &size, &why);
        if (!text) code = cli_fail("%s cannot be read: %s", c->path, why);
        else if (memchr(text, 0, size)) code = cli_fail("%s is not a text file", c->path);
        else code = has_json ? read_json(c, text, size) : read_csv(c, text);
        if (!code) code = finish(c);
        free(text);
        if (code) credits_free(c);
        else *out = c;
    }
    free(json);
    free(csv);
    return code;
}

static entry *find_entry(credits *c, const char *person, const char *file) {
    if (!c || !c->count) return NULL;
    union {
        const char *in;
        char *out; /* the comparison does not write */
    } p = {person}, f = {file};
    entry wanted = {.person = p.out, .file = f.out};
    entry *e = bsearch(&wanted, c->entries, (size_t)c->count, sizeof *e, compare_entries);
    if (e) e->used = 1;
    return e;
}

credit credits_find(credits *c, const char *person, const char *file) {
    const entry *photo = find_entry(c, person, file), *owner = find_entry(c, person, "");
    return (credit){
        .source = photo ? photo->shown : "",
        .author = photo ? photo->author : "",
        .licence = photo ? photo->licence : "",
        .link = photo ? photo->link : "",
        .person_link = owner ? owner->link : "",
    };
}

void credits_report_unused(const credits *c) {
    for (int i = 0; c && i < c->count; i++) {
        const entry *e = &c->entries[i];
        if (e->used) continue;
        fprintf(stderr, "note: %s speaks of %s%s%s, which is not there\n", c->path,
                e->person, *e->file ? "/" : "", e->file);
    }
}
