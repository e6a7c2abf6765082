/* Lists of names, one a line, as gallery from-classifier takes them. */

#ifndef HUM_CLI_NAMES_H
#define HUM_CLI_NAMES_H

#include <stddef.h>

typedef struct {
    char *name, *value; /* value: behind a tab, NULL without one */
    int used;
} name_line;

typedef struct {
    char *text; /* what the lines point into */
    name_line *lines;
    size_t count;
} name_list;

/* Lines that are not empty, in their order. Returns EXIT_DONE, or EXIT_BAD with the
   reason printed. */
int names_read(const char *path, name_list *list);

/* The same, sorted for names_find and nobody twice; an empty list where path is NULL. */
int names_read_sorted(const char *path, name_list *list);

void names_free(name_list *list);

/* The line with a name in a sorted list, whatever the case of its letters (of A to Z);
   NULL: none. */
const name_line *names_find(const name_list *list, char *name);

/* Prints a note for every line that names_find did not find. */
void names_report_unused(const name_list *list, const char *path);

/* Whether every line has an http address behind its name. Returns as names_read. */
int names_check_links(const name_list *list, const char *path);

#endif
