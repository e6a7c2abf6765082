/* Files and folders: reading, listing, and writing whole or not at all. */

#ifndef HUM_CLI_FILES_H
#define HUM_CLI_FILES_H

#include <stddef.h>
#include <stdio.h>

/* Reads a whole file into fresh memory; NULL with a reason in *why (a constant or
   strerror's text). Files above limit bytes are refused. */
unsigned char *file_read(const char *path, size_t limit, size_t *size, const char **why);

/* A text file, without the mark that some editors begin it with. NULL with the reason
   printed. */
char *file_read_text(const char *path, size_t limit);

/* A file's bytes where they are, read as they are wanted: it may be larger than memory.
   NULL with a reason in *why. To be given to file_unmap(). */
const unsigned char *file_map(const char *path, size_t *size, const char **why);
void file_unmap(const unsigned char *bytes, size_t size);

/* Whether anything has this name. */
int file_exists(const char *path);

/* a/b, in fresh memory. */
char *path_join(const char *a, const char *b);

/* The part behind the last slash. */
const char *path_name(const char *path);

/* The names in a folder that are folders (or files), sorted by their bytes, without
   those that begin with a dot. Returns their number, -1 if the folder cannot be read
   (errno tells why). */
int folder_list(const char *path, int folders, char ***names);
void folder_free(char **names, int count);

/* A file that is written beside its final name and appears there whole, or not at all. */
typedef struct {
    FILE *file;
    char *path, *part;
} output_file;

/* Each returns EXIT_DONE, or EXIT_BAD with the reason printed. The check, before long
   work, leaves nothing behind that an interruption would not clear away. */
int output_check(const char *path);
int output_open(output_file *out, const char *path);
int output_close(output_file *out);

#endif
