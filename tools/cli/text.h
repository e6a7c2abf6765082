/* Texts that come from strangers: names, credits, file names. */

#ifndef HUM_CLI_TEXT_H
#define HUM_CLI_TEXT_H

#include <stdio.h>

/* Whether a text is valid UTF-8 without control characters. */
int text_is_plain(const char *text);

/* Writes a text with U+FFFD for each byte that is not UTF-8; for a terminal also for what
   would steer it: control characters and those that turn the direction of writing. */
void text_write(FILE *out, const char *text, int is_terminal);

/* The columns that a text takes, one for each character. */
int text_columns(const char *text);

#endif
