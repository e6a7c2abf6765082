/* The commands' options and operands. */

#ifndef HUM_CLI_ARGS_H
#define HUM_CLI_ARGS_H

#include <stdio.h>

enum { CLI_MAX_DETECTORS = 2, CLI_MAX_AXES = 16, CLI_MAX_JOBS = 64 };

typedef struct {
    int json, no_detect, exact, centre, calibration;
    const char *model;                        /* NULL: the default */
    const char *detectors[CLI_MAX_DETECTORS]; /* none: the defaults */
    int detector_count;
    const char *gallery, *output;
    const char *names, *without, *links, *npy, *csv;
    int k, jobs, face;      /* jobs 0: one per processor; face 1: the largest */
    int axes[CLI_MAX_AXES]; /* 0: rows are not projected */
    int axes_count;
    float threshold; /* NAN: the recipe's */
    float far;       /* NAN: the library's */
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
    int (*run)(const cli_options *); /* returns EXIT_DONE, EXIT_NOTHING or EXIT_BAD */
} cli_command;

/* Reads the arguments behind argv[0], the last word of a command's name. Returns
   EXIT_DONE, or -1 if it has printed what --help or --version ask for, or EXIT_BAD with
   the reason printed. The operands point into argv, which is put in another order. */
int cli_parse(const cli_command *command, int argc, char **argv, cli_options *options);

/* For commands that make a gallery: whether they were told of one file, and of not more
   than one number of axes. Returns EXIT_DONE, or EXIT_BAD with the reason printed. */
int args_check_gallery(const cli_options *options);

/* commands ends with name NULL. */
void cli_print_overview(FILE *out, const cli_command *commands);
void cli_print_version(void);

#endif
