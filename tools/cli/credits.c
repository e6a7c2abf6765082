#include "credits.h"

#include "csv.h"
#include "fail.h"
#include "files.h"
#include "text.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_CREDITS_BYTES = 64 << 20 };

/* What may be said of a photo, and in a CSV file also which one it is. */
enum { FACTS = 5, PERSON = FACTS, PHOTO_FILE, COLUMNS };
static const char *const column_names[COLUMNS] = {"title", "source", "author", "licence",
                                                  "link",  "person", "file"};

struct credits {
    char *path;
    json_t *root; /* as credits.json; what was asked for is marked "used" */
};

static int find_column(const char *name, int count) {
    for (int i = 0; i < count; i++)
        if (strcmp(column_names[i], name) == 0) return i;
    return -1;
}

/* ---- credits.csv ----------------------------------------------------------------- */

/* A heading line, then lines of values. Columns in any order: person, file, title,
   source, author, licence, link. A line without a file is about the person. */

/* Which column each cell of the heading names. */
static int read_heading(const credits *c, char *const *cells, int count, int *columns) {
    int has_person = 0;
    for (int i = 0; i < count; i++) {
        columns[i] = find_column(cells[i], COLUMNS);
        if (columns[i] < 0)
            return cli_fail("%s: unknown column '%s'; known: person, file, title, "
                            "source, author, licence, link",
                            c->path, cells[i]);
        for (int k = 0; k < i; k++)
            if (columns[k] == columns[i])
                return cli_fail("%s: column '%s' comes twice", c->path, cells[i]);
        has_person |= columns[i] == PERSON;
    }
    if (has_person) return EXIT_DONE;
    return cli_fail("%s: the first line must name the columns, 'person' among them",
                    c->path);
}

/* Adds a line of the file, its cells in the order of column_names. */
static int add_line(const credits *c, const char *const texts[COLUMNS], int line) {
    const char *person = texts[PERSON], *file = texts[PHOTO_FILE];
    if (!*person) return cli_fail("%s line %d names no person", c->path, line);
    json_t *group = json_object_get(c->root, *file ? "photos" : "people");
    char *key = *file ? must_format("%s/%s", person, file) : must_copy(person);
    json_t *facts = json_object();
    int code = EXIT_DONE, ok = 1;
    for (int i = 0; i < FACTS; i++)
        if (*texts[i])
            ok &= !json_object_set_new(facts, column_names[i], json_string(texts[i]));
    if (json_object_get(group, key))
        code = cli_fail("%s line %d names %s twice", c->path, line, key);
    else if (!ok || json_object_set(group, key, facts))
        code = cli_fail("%s line %d is not UTF-8 text", c->path, line);
    json_decref(facts);
    free(key);
    return code;
}

static int read_csv(credits *c, char *text) {
    char *cells[CSV_MAX_CELLS];
    int next = 1, columns[CSV_MAX_CELLS], count = csv_line(&text, cells, &next);
    int code = read_heading(c, cells, count, columns);
    c->root = json_pack("{s:{},s:{}}", "photos", "people");
    for (int line = next; !code && *text; line = next) {
        const char *texts[COLUMNS] = {"", "", "", "", "", "", ""};
        int n = csv_line(&text, cells, &next);
        if (n == 1 && !*cells[0]) continue;
        if (n != count)
            return cli_fail("%s line %d: expected %d values", c->path, line, count);
        for (int i = 0; i < n; i++) texts[columns[i]] = cells[i];
        code = add_line(c, texts, line);
    }
    return code;
}

/* ---- credits.json ---------------------------------------------------------------- */

/* {"photos": {"PERSON/FILE": {title, source, author, licence, link}},
    "people": {"PERSON": {link}}} */

static int read_json(credits *c, const char *text) {
    json_error_t error;
    c->root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (c->root) return EXIT_DONE;
    return cli_fail("%s: line %d: %s", c->path, error.line, error.text);
}

static int check_facts(const credits *c, const char *key, json_t *facts, int is_person) {
    const char *slash = strchr(key, '/'), *name;
    if (!is_person && (!slash || slash == key || !slash[1] || strchr(slash + 1, '/')))
        return cli_fail("%s: a photo is named PERSON/FILE, not '%s'", c->path, key);
    if (!json_is_object(facts))
        return cli_fail("%s: '%s' must be an object", c->path, key);
    json_t *value;
    json_object_foreach(facts, name, value) {
        if (find_column(name, FACTS) < 0 || (is_person && strcmp(name, "link") != 0))
            return cli_fail("%s: '%s' has the unknown entry '%s'; known: %s", c->path,
                            key, name,
                            is_person ? "link" : "title, source, author, licence, link");
        if (!json_is_string(value))
            return cli_fail("%s: '%s' of '%s' must be a text", c->path, name, key);
        if (!text_is_plain(json_string_value(value)))
            return cli_fail("%s: '%s' of %s is not plain UTF-8 text in one line", c->path,
                            name, key);
    }
    return EXIT_DONE;
}

/* Checks what was read from either file. */
static int check(const credits *c) {
    const char *name, *key;
    json_t *group, *facts;
    if (!json_is_object(c->root))
        return cli_fail("%s must be an object with 'photos' and 'people'", c->path);
    json_object_foreach(c->root, name, group) {
        int is_person = strcmp(name, "people") == 0;
        if (!is_person && strcmp(name, "photos") != 0)
            return cli_fail("%s: unknown entry '%s'; known: photos, people", c->path,
                            name);
        if (!json_is_object(group))
            return cli_fail("%s: '%s' must be an object", c->path, name);
        json_object_foreach(group, key, facts) {
            if (check_facts(c, key, facts, is_person)) return EXIT_BAD;
        }
    }
    return EXIT_DONE;
}

/* ---- Both ------------------------------------------------------------------------ */

void credits_free(credits *c) {
    if (!c) return;
    json_decref(c->root);
    free(c->path);
    free(c);
}

int credits_read(const char *folder, credits **out) {
    *out = NULL;
    char *json = path_join(folder, "credits.json"),
         *csv = path_join(folder, "credits.csv");
    int has_json = file_exists(json), has_csv = file_exists(csv), code = EXIT_DONE;
    if (has_json && has_csv) {
        code = cli_fail("%s and credits.csv are both there; keep one", json);
    } else if (has_json || has_csv) {
        credits *c = must_alloc(1, sizeof *c);
        c->path = must_copy(has_json ? json : csv);
        char *text = file_read_text(c->path, MAX_CREDITS_BYTES);
        code = !text ? EXIT_BAD : has_json ? read_json(c, text) : read_csv(c, text);
        if (!code) code = check(c);
        free(text);
        if (code) credits_free(c);
        else *out = c;
    }
    free(json);
    free(csv);
    return code;
}

static json_t *find_facts(const credits *c, const char *group, const char *key) {
    json_t *facts = c ? json_object_get(json_object_get(c->root, group), key) : NULL;
    if (facts) json_object_set_new(facts, "used", json_true());
    return facts;
}

static const char *fact(const json_t *facts, const char *name) {
    const char *text = json_string_value(json_object_get(facts, name));
    return text ? text : "";
}

credit credits_find(credits *c, const char *person, const char *file) {
    char *key = must_format("%s/%s", person, file);
    json_t *photo = find_facts(c, "photos", key);
    const char *title = fact(photo, "title"), *source = fact(photo, "source");
    if (*title && *source) /* in one line */
        json_object_set_new(photo, "shown", json_sprintf("%s, %s", title, source));
    free(key);
    return (credit){
        .source = *title && *source ? fact(photo, "shown")
                  : *title          ? title
                                    : source,
        .author = fact(photo, "author"),
        .licence = fact(photo, "licence"),
        .link = fact(photo, "link"),
        .person_link = fact(find_facts(c, "people", person), "link"),
    };
}

void credits_report_unused(const credits *c) {
    const char *group_name, *key;
    json_t *group, *facts;
    if (!c) return;
    json_object_foreach(c->root, group_name, group) {
        json_object_foreach(group, key, facts) {
            if (!json_object_get(facts, "used"))
                cli_note("note: %s speaks of %s, which is not there", c->path, key);
        }
    }
}
