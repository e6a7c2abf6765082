/* What the commands of the command line share. Everything about faces is the engine's
   (humshakal.h); here are options, files, processes and output. */

#ifndef HUM_CLI_H
#define HUM_CLI_H

#include "humshakal.h"

#include <stdio.h>

/* Exit codes, the same for every command. */
enum {
    EXIT_DONE = 0,
    EXIT_NOTHING = 1, /* no face, no match, not the same person */
    EXIT_BAD = 2      /* wrong use, bad input, or a failure */
};

/* ---- args.c ---------------------------------------------------------------------- */

enum { CLI_MAX_DETECTORS = 2, CLI_MAX_AXES = 16 };

typedef struct {
    int json, no_detect, exact, centre, calibration;
    const char *model;                        /* NULL: the default */
    const char *detectors[CLI_MAX_DETECTORS]; /* none: the defaults */
    int detector_count;
    const char *gallery, *output;
    const char *names, *without, *links;
    int k, jobs, face;      /* face counts from 1, the largest */
    int axes[CLI_MAX_AXES]; /* 0: rows are not projected */
    int axes_count;
    float threshold; /* NAN: the recipe's */
    char **operands;
    int operand_count;
} cli_options;

typedef struct {
    const char *name;     /* "match", "gallery build" */
    const char *operands; /* "PHOTO --gallery FILE" */
    int least, most;      /* how many operands */
    const char *options;  /* letters of the options only it knows, see args.c */
    const char *summary;  /* one line */
    const char *details;  /* more lines for --help, may be "" */
    const char *example;
    int (*run)(const cli_options *);
} cli_command;

extern const cli_command cli_commands[]; /* ends with name NULL; in humshakal.c */

/* Prints "humshakal: " and the text to stderr; returns EXIT_BAD. */
#ifdef __GNUC__
__attribute__((format(printf, 1, 2)))
#endif
int cli_fail(const char *format, ...);

/* Reads the arguments behind a command's name. Returns EXIT_DONE, or -1 if it has printed
   what --help or --version ask for, or EXIT_BAD with the reason printed. The operands
   point into argv. */
int cli_parse(const cli_command *command, int argc, char **argv, cli_options *options);

void cli_print_overview(FILE *out);
void cli_print_version(void);

/* ---- files.c --------------------------------------------------------------------- */

/* Reads a whole file into fresh memory; NULL with a reason in *why (a constant or
   strerror's text). Files above limit bytes are refused. */
unsigned char *file_read(const char *path, size_t limit, size_t *size, const char **why);

/* A file's bytes where they are, read as they are wanted: it may be larger than memory.
   NULL with a reason in *why. To be given to file_unmap(). */
const unsigned char *file_map(const char *path, size_t *size, const char **why);
void file_unmap(const unsigned char *bytes, size_t size);

int file_exists(const char *path);

/* a/b, in fresh memory. */
char *path_join(const char *a, const char *b);

/* The part behind the last slash. */
const char *path_name(const char *path);

/* The names in a folder that are folders (or files), sorted by their bytes, without
   those that begin with a dot. Returns their number, -1 if the folder cannot be read
   (errno tells why). */
int folder_list(const char *path, int folders, char ***names);
void names_free(char **names, int count);

/* Whether a name ends in .jpg, .jpeg or .png, in any case. */
int is_photo_name(const char *name);

/* A file that is written beside its final name and appears there whole, or not at all. */
typedef struct {
    FILE *file;
    char *path, *part;
} output_file;

/* Each returns 0, or EXIT_BAD with the reason printed. The check, before long work,
   leaves nothing behind that an interruption would not clear away. */
int output_check(const char *path);
int output_open(output_file *out, const char *path);
int output_close(output_file *out);

/* malloc and friends that end the program when memory has run out: in a tool there is
   nothing better to do. */
void *must_alloc(size_t count, size_t size);
void *must_grow(void *block, size_t count, size_t size);
char *must_copy(const char *text);

/* ---- json.c ---------------------------------------------------------------------- */

typedef enum {
    JSON_NULL,
    JSON_BOOL,
    JSON_NUMBER,
    JSON_STRING,
    JSON_ARRAY,
    JSON_OBJECT
} json_type;

typedef struct json_value json_value;
struct json_value {
    json_type type;
    double number;     /* of a number; 0 or 1 of a bool */
    char *text;        /* of a string */
    char **keys;       /* of an object, [count] */
    json_value *items; /* of an array or object, [count] */
    int count;
};

/* Parses a whole text. Returns 0, or -1 with a reason and its line in why. */
int json_parse(const char *text, size_t size, json_value *value, char why[160]);
void json_free(json_value *value);

/* A member of an object; NULL if there is none or value is no object. */
const json_value *json_get(const json_value *value, const char *key);

/* Writes a string with its quotes. Bytes that are not UTF-8 become U+FFFD. */
void json_string(FILE *out, const char *text);
void json_floats(FILE *out, const float *values, int count);
void json_face(FILE *out, const hum_face *face);

/* Whether a text is valid UTF-8 without control characters. */
int text_is_clean(const char *text);

/* ---- credits.c ------------------------------------------------------------------- */

/* What credits.json or credits.csv in a folder of people says. */
typedef struct credits credits;

typedef struct {
    const char *source, *author, *licence, *link, *person_link; /* "" where unknown */
} credit;

/* Returns 0 (*out NULL where there is no such file), or EXIT_BAD with the reason
   printed. */
int credits_read(const char *folder, credits **out);
void credits_free(credits *c);

/* The credit of a photo, with what is said about its person. c may be NULL. */
credit credits_find(credits *c, const char *person, const char *file);

/* Prints a note for every entry that credits_find was never asked for. */
void credits_report_unused(const credits *c);

/* ---- engine.c -------------------------------------------------------------------- */

/* Makes an engine with the embedder and, unless options say no_detect, the detectors.
   NULL with the reason printed. */
hum_engine *engine_open(const cli_options *options);

/* The same with the detectors alone. */
hum_engine *engine_open_detectors(const cli_options *options);

/* A gallery's file, mapped. */
typedef struct {
    const unsigned char *bytes;
    size_t size;
} gallery_file;

/* Loads a gallery; it must be closed after the engine, whatever is returned: 0, or
   EXIT_BAD with the reason printed. */
int gallery_open(hum_engine *engine, const char *path, gallery_file *gallery);
void gallery_close(const gallery_file *gallery);

typedef enum { PHOTO_OK, PHOTO_NO_FACE, PHOTO_BAD } photo_state;

enum { THUMBNAIL_SIDE = 128, PHOTO_MESSAGE = 600 };

/* What became of a photo. */
typedef struct {
    photo_state state;
    int32_t width, height;
    int32_t faces;            /* found; 0 with no_detect */
    hum_face face;            /* the chosen one, if faces > 0 */
    float *embedding;         /* NULL unless PHOTO_OK */
    unsigned char *thumbnail; /* JPEG; NULL if not wanted */
    size_t thumbnail_size;
    char message[PHOTO_MESSAGE]; /* why not PHOTO_OK */
} photo_result;

/* Decodes, detects and embeds a photo. */
void photo_read(hum_engine *engine, const cli_options *options, const char *path,
                int thumbnail, photo_result *result);
void photo_free(photo_result *result);

/* photo_read for one of a command's own photos: also prints why there is no embedding.
   Returns EXIT_DONE, EXIT_NOTHING or EXIT_BAD. */
int photo_need(hum_engine *engine, const cli_options *options, const char *path,
               photo_result *result);

/* ---- gallery.c -------------------------------------------------------------------- */

/* Ends the gallery that was begun and writes it, as options say. Returns 0 or EXIT_BAD
   with the reason printed. */
int gallery_write(hum_engine *engine, const cli_options *options, size_t *size);

/* Whether entry number photo of the loaded gallery is of a photo at all: those that
   from-classifier makes are not. */
int entry_has_photo(hum_engine *engine, int photo);

/* ---- workers.c ------------------------------------------------------------------- */

/* photo_read for many photos in several processes, each with a copy of the engine.
   results: [count], in the order of paths whatever the number of processes. Returns
   EXIT_DONE, or EXIT_BAD with the reason printed. */
int photos_read(hum_engine *engine, const cli_options *options, char *const *paths,
                int count, int thumbnail, photo_result *results);

/* DIR/PERSON/PHOTO, sorted. */
typedef struct {
    char **people;
    int people_count;
    char **paths; /* [count] */
    int *person;  /* [count] */
    int count;
} people_folder;

/* Returns EXIT_DONE or EXIT_BAD with the reason printed. */
int people_folder_read(const char *path, people_folder *folder);
void people_folder_free(people_folder *folder);

/* ---- eval.c, calibration.c, axes.c ------------------------------------------------- */

/* Photos that were read, grouped by person as the folder is. */
typedef struct {
    int count, people, dimension;
    float *rows;        /* [count,dimension], unit vectors */
    int *person;        /* [count], 0..people-1 */
    int *photos_of;     /* [people] */
    const char **paths; /* [count] */
} photo_set;

float *photo_row(const photo_set *s, int i);

/* The mean of all rows, in fresh memory; takes a mean off each row and scales it to
   length 1 again. */
float *photos_mean(const photo_set *s);
void photos_centre(photo_set *s, const float *mean);

/* The figures that stand side by side: rank 1 by the nearest other photo, true accepts at
   1 % and at 0.1 % false ones. NAN where there are no pairs. */
enum { BRIEF = 3 };
void photos_measure(const photo_set *s, double out[BRIEF]);

/* Halves of the people, by a generator of its own, so that every run has the same. */
void people_shuffle(int *order, int n);

/* Ends the gallery that was begun and loads it in the place of the one in *bytes. Returns
   0 or EXIT_BAD with the reason printed. */
int gallery_load_made(hum_engine *engine, int axes, unsigned char **bytes);

/* eval --axes. Returns EXIT_DONE, EXIT_NOTHING, EXIT_BAD. */
int report_axes(hum_engine *engine, const cli_options *options, const photo_set *s);

/* eval --calibration. Returns EXIT_DONE, EXIT_NOTHING, EXIT_BAD. */
int report_calibration(hum_engine *engine, const cli_options *options, const photo_set *s,
                       int skipped);

/* ---- The commands ---------------------------------------------------------------- */

int run_gallery_build(const cli_options *options);           /* gallery.c */
int run_gallery_from_classifier(const cli_options *options); /* classifier.c */
int run_gallery_project(const cli_options *options);
int run_gallery_info(const cli_options *options);
int run_match(const cli_options *options); /* photo.c */
int run_verify(const cli_options *options);
int run_embed(const cli_options *options);
int run_detect(const cli_options *options);
int run_eval(const cli_options *options); /* eval.c */

#endif
