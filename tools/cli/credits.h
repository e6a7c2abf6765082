/* What credits.json or credits.csv in a folder of people says. */

#ifndef HUM_CLI_CREDITS_H
#define HUM_CLI_CREDITS_H

typedef struct credits credits;

typedef struct {
    const char *source, *author, *licence, *link, *person_link; /* "" where unknown */
} credit;

/* Returns EXIT_DONE (*out NULL where there is no such file), or EXIT_BAD with the reason
   printed. */
int credits_read(const char *folder, credits **out);
void credits_free(credits *c);

/* The credit of a photo, with what is said about its person. c may be NULL. */
credit credits_find(credits *c, const char *person, const char *file);

/* Prints a note for every entry that credits_find was never asked for. */
void credits_report_unused(const credits *c);

#endif
