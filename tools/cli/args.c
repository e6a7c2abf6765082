#include "cli.h"

#include <errno.h>
#include <limits.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

int cli_fail(const char *format, ...) {
    va_list list;
    va_start(list, format);
    fputs("humshakal: ", stderr);
    vfprintf(stderr, format, list);
    fputc('\n', stderr);
    va_end(list);
    return EXIT_BAD;
}

/* The letters stand in cli_command.options and, where short_too is set, on the command
   line. Those of COMMON are known to every command. */
#define COMMON "nmdJhV"
static const struct {
    char letter;
    int short_too;
    const char *name, *value, *help;
} option_table[] = {
    {'g', 0, "gallery", "FILE", "the gallery to search"},
    {'k', 1, "count", "N", "how many people to show, 1 to 100 (5)"},
    {'o', 1, "output", "FILE", "the file to write"},
    {'f', 0, "face", "N", "which face of the photo: 1 is the largest (1)"},
    {'t', 0, "threshold", "X", "same person at or above this cosine (the model's)"},
    {'a', 0, "axes", "N",
     "project rows to N numbers; eval: 'N,N...', fitted on other people"},
    {'c', 0, "centre", NULL, "also with the mean of all embeddings taken off"},
    {'C', 0, "calibration", NULL,
     "instead, what strangers are told by half of the people"},
    {'j', 1, "jobs", "N", "processes to use, 1 to 64 (one per processor)"},
    {'n', 0, "no-detect", NULL, "the whole picture is the face; nothing is searched for"},
    {'m', 0, "model", "FILE",
     "the network that embeds: a .tflite file, or a name (facenet)"},
    {'d', 0, "detector", "FILE",
     "the face detector, likewise; give it twice for near and far"},
    {'N', 0, "names", "FILE", "keep only these people, one a line"},
    {'W', 0, "without", "FILE", "leave these people out, one a line"},
    {'L', 0, "links", "FILE", "links to show: name, tab, http address, one a line"},
    {'x', 0, "exact", NULL, "compute int8 networks with float activations (slower)"},
    {'J', 0, "json", NULL, "print JSON"},
    {'h', 0, "help", NULL, "print this"},
    {'V', 0, "version", NULL, "print the version"},
};

enum { OPTIONS = sizeof option_table / sizeof *option_table };

static int knows(const cli_command *command, int option) {
    char letter = option_table[option].letter;
    return strchr(COMMON, letter) || strchr(command->options, letter);
}

static void print_help(const cli_command *command) {
    printf("Usage: humshakal %s %s\n\n%s\n%s\nOptions:\n", command->name,
           command->operands, command->summary, command->details);
    for (int i = 0; i < OPTIONS; i++) {
        if (!knows(command, i)) continue;
        char left[40];
        snprintf(left, sizeof left, "%s%c%s--%s%s%s",
                 option_table[i].short_too ? "-" : " ",
                 option_table[i].short_too ? option_table[i].letter : ' ',
                 option_table[i].short_too ? ", " : "  ", option_table[i].name,
                 option_table[i].value ? " " : "",
                 option_table[i].value ? option_table[i].value : "");
        printf("  %-22s %s\n", left, option_table[i].help);
    }
    printf("\nExample:\n  %s\n", command->example);
}

void cli_print_version(void) {
    printf("humshakal %s\n", hum_version());
}

void cli_print_overview(FILE *out) {
    fputs("Humshakal: who of a gallery looks most like the face in a photo?\n\n"
          "Usage: humshakal COMMAND ...\n\n",
          out);
    for (const cli_command *c = cli_commands; c->name; c++)
        fprintf(out, "  %-23s %s\n", c->name, c->summary);
    fputs("\nhumshakal COMMAND --help tells more; --version prints the version.\n\n"
          "Exit codes: 0 done; 1 nothing found, or not the same; 2 wrong use, bad input\n"
          "Networks are read from the folder that HUMSHAKAL_MODELS names, else from\n"
          "../models beside the folder of this program.\n\n"
          "Example:\n"
          "  humshakal gallery build people/ -o people.humg\n"
          "  humshakal match photo.jpg --gallery people.humg\n",
          out);
}

static int whole_number(const char *name, const char *text, int least, int most,
                        int *out) {
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    if (end == text || *end || errno || value < least || value > most)
        return cli_fail("--%s must be a whole number from %d to %d, not '%s'", name,
                        least, most, text);
    *out = (int)value;
    return 0;
}

/* Whole numbers with commas between. */
static int axes_numbers(const char *text, cli_options *o) {
    char *copy = must_copy(text), *rest = copy, *part;
    int code = 0;
    o->axes_count = 0;
    while (!code && (part = strsep(&rest, ","))) {
        if (o->axes_count == CLI_MAX_AXES)
            code = cli_fail("--axes takes at most %d numbers", CLI_MAX_AXES);
        else
            code = whole_number("axes", part, 2, HUM_MAX_AXES, &o->axes[o->axes_count++]);
    }
    free(copy);
    return code;
}

static int cosine_number(const char *name, const char *text, float *out) {
    char *end;
    float value = strtof(text, &end);
    if (end == text || *end || !(value >= -1 && value <= 1))
        return cli_fail("--%s must be a number from -1 to 1, not '%s'", name, text);
    *out = value;
    return 0;
}

static int set_option(int i, const char *value, cli_options *o) {
    const char *name = option_table[i].name;
    switch (option_table[i].letter) {
    case 'g': o->gallery = value; return 0;
    case 'k': return whole_number(name, value, 1, HUM_MAX_MATCHES, &o->k);
    case 'o': o->output = value; return 0;
    case 'f': return whole_number(name, value, 1, HUM_MAX_FACES, &o->face);
    case 't': return cosine_number(name, value, &o->threshold);
    case 'a': return axes_numbers(value, o);
    case 'c': o->centre = 1; return 0;
    case 'C': o->calibration = 1; return 0;
    case 'j': return whole_number(name, value, 1, 64, &o->jobs);
    case 'n': o->no_detect = 1; return 0;
    case 'm': o->model = value; return 0;
    case 'd':
        if (o->detector_count == CLI_MAX_DETECTORS)
            return cli_fail("--detector can be given %d times", CLI_MAX_DETECTORS);
        o->detectors[o->detector_count++] = value;
        return 0;
    case 'N': o->names = value; return 0;
    case 'W': o->without = value; return 0;
    case 'L': o->links = value; return 0;
    case 'x': o->exact = 1; return 0;
    default: o->json = 1; return 0;
    }
}

/* The option that an argument names, -1 if none; *value points at what follows a `=` or
   a short option's letter, NULL if nothing does. */
static int find_option(const cli_command *command, char *argument, char **value) {
    *value = NULL;
    for (int i = 0; i < OPTIONS; i++) {
        if (!knows(command, i)) continue;
        size_t length = strlen(option_table[i].name);
        if (argument[1] == '-') {
            if (strncmp(argument + 2, option_table[i].name, length) != 0) continue;
            if (argument[2 + length] == '=') *value = argument + 3 + length;
            else if (argument[2 + length]) continue;
            return i;
        }
        if (option_table[i].short_too && argument[1] == option_table[i].letter) {
            if (argument[2]) *value = argument + 2;
            return i;
        }
    }
    return -1;
}

int cli_parse(const cli_command *command, int argc, char **argv, cli_options *options) {
    *options = (cli_options){.k = 5, .face = 1, .threshold = NAN};
    options->operands = argv; /* operands move to the front, in order */
    int only_operands = 0;
    for (int i = 0; i < argc; i++) {
        char *argument = argv[i];
        if (only_operands || argument[0] != '-' || !argument[1]) {
            options->operands[options->operand_count++] = argument;
            continue;
        }
        if (strcmp(argument, "--") == 0) {
            only_operands = 1;
            continue;
        }
        char *value;
        int found = find_option(command, argument, &value);
        if (found < 0)
            return cli_fail("unknown option '%s'; see humshakal %s --help", argument,
                            command->name);
        if (option_table[found].letter == 'h' || option_table[found].letter == 'V') {
            if (option_table[found].letter == 'h') print_help(command);
            else cli_print_version();
            return -1;
        }
        if (option_table[found].value && !value) {
            if (i + 1 == argc)
                return cli_fail("%s needs a value: %s", argument,
                                option_table[found].value);
            value = argv[++i];
        } else if (!option_table[found].value && value) {
            return cli_fail("--%s takes no value", option_table[found].name);
        }
        int code = set_option(found, value, options);
        if (code) return code;
    }
    if (options->operand_count < command->least || options->operand_count > command->most)
        return cli_fail("usage: humshakal %s %s; see humshakal %s --help", command->name,
                        command->operands, command->name);
    return EXIT_DONE;
}
