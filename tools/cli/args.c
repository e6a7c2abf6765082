#include "args.h"

#include "fail.h"
#include "humshakal.h"
#include "other_formats.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The letters stand in cli_command.options and, where short_too is set, on the command
   line. Those of COMMON are known to every command. */
#define COMMON "nmdJhV"
typedef struct {
    char letter;
    int short_too;
    const char *name, *value, *help; /* value "": it takes none */
} option_row;

static const option_row option_table[] = {
    {'g', 0, "gallery", "FILE", "the gallery to search"},
    {'k', 1, "count", "N", "how many people to show, 1 to 100 (5)"},
    {'o', 1, "output", "FILE", "the file to write"},
    {'f', 0, "face", "N", "which face of the photo: 1 is the largest (1)"},
    {'F', 0, "far", "X", "false accept rate of pairs, 0 to 0.01 (0.001)"},
    {'t', 0, "threshold", "X", "same person at or above this cosine (the model's)"},
    {'a', 0, "axes", "N",
     "project rows to N numbers; eval: 'N,N...', fitted on other people"},
    {'c', 0, "centre", "", "also with the mean of all embeddings taken off"},
    {'C', 0, "calibration", "", "instead, what strangers are told by half of the people"},
    {'j', 1, "jobs", "N", "processes to use, 1 to 64 (one per processor)"},
    {'n', 0, "no-detect", "", "the whole picture is the face; nothing is searched for"},
    {'m', 0, "model", "FILE",
     "the network that embeds: a .tflite file, or a name (facenet)"},
    {'d', 0, "detector", "FILE",
     "the face detector, likewise; give it twice for near and far"},
    {'N', 0, "names", "FILE", "keep only these people, one a line"},
    {'W', 0, "without", "FILE", "leave these people out, one a line"},
    {'L', 0, "links", "FILE", "links to show: name, tab, http address, one a line"},
    {'P', 0, "npy", "FILE", "rows of numbers, as NumPy has them: float32"},
    {'S', 0, "csv", "FILE",
     "what is said of each row, with a line that names the columns"},
    {'x', 0, "exact", "", "compute int8 networks with float activations (slower)"},
    {'J', 0, "json", "", "print JSON"},
    {'h', 1, "help", "", "print this"},
    {'V', 0, "version", "", "print the version"},
};

enum {
    OPTIONS = sizeof option_table / sizeof *option_table,
    LONG = 256 /* what getopt_long adds to the letter of an option given by its name */
};

static int knows(const cli_command *command, const option_row *o) {
    return strchr(COMMON, o->letter) || strchr(command->options, o->letter);
}

static void print_help(const cli_command *command) {
    printf("Usage: humshakal %s %s\n\n%s\n%s\nOptions:\n", command->name,
           command->operands, command->summary, command->details);
    for (const option_row *o = option_table; o < option_table + OPTIONS; o++) {
        char letter[] = "    ", left[40];
        if (!knows(command, o)) continue;
        if (o->short_too) snprintf(letter, sizeof letter, "-%c, ", o->letter);
        snprintf(left, sizeof left, "%s--%s %s", letter, o->name, o->value);
        printf("  %-22s %s\n", left, o->help);
    }
    printf("\nExample:\n  %s\n", command->example);
}

void cli_print_version(void) {
    printf("humshakal %s\n", hum_version());
}

void cli_print_overview(FILE *out, const cli_command *commands) {
    fputs("Humshakal: who of a gallery looks most like the face in a photo?\n\n"
          "Usage: humshakal COMMAND ...\n\n",
          out);
    for (const cli_command *c = commands; c->name; c++)
        fprintf(out, "  %-23s %s\n", c->name, c->summary);
    fputs("\nhumshakal COMMAND --help tells more; --version prints the version.\n\n",
          out);
    other_formats_print(out);
    fputs(
        "\nExit codes: 0 done; 1 nothing found, or not the same; 2 wrong use, bad input\n"
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
    return EXIT_DONE;
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

static int rate_number(const char *name, const char *text, float *out) {
    char *end;
    float value = strtof(text, &end);
    if (end == text || *end || !(value > 0 && value <= 0.01F))
        return cli_fail("--%s must be a number above 0, 0.01 at most, not '%s'", name,
                        text);
    *out = value;
    return EXIT_DONE;
}

static int cosine_number(const char *name, const char *text, float *out) {
    char *end;
    float value = strtof(text, &end);
    if (end == text || *end || !(value >= -1 && value <= 1))
        return cli_fail("--%s must be a number from -1 to 1, not '%s'", name, text);
    *out = value;
    return 0;
}

static int add_detector(const char *value, cli_options *o) {
    if (o->detector_count == CLI_MAX_DETECTORS)
        return cli_fail("--detector can be given %d times", CLI_MAX_DETECTORS);
    o->detectors[o->detector_count++] = value;
    return EXIT_DONE;
}

static int set_option(int letter, const char *value, cli_options *o) {
    switch (letter) {
    case 'g': o->gallery = value; break;
    case 'k': return whole_number("count", value, 1, HUM_MAX_MATCHES, &o->k);
    case 'o': o->output = value; break;
    case 'f': return whole_number("face", value, 1, HUM_MAX_FACES, &o->face);
    case 'F': return rate_number("far", value, &o->far);
    case 't': return cosine_number("threshold", value, &o->threshold);
    case 'a': return axes_numbers(value, o);
    case 'c': o->centre = 1; break;
    case 'C': o->calibration = 1; break;
    case 'j': return whole_number("jobs", value, 1, CLI_MAX_JOBS, &o->jobs);
    case 'n': o->no_detect = 1; break;
    case 'm': o->model = value; break;
    case 'd': return add_detector(value, o);
    case 'N': o->names = value; break;
    case 'W': o->without = value; break;
    case 'L': o->links = value; break;
    case 'P': o->npy = value; break;
    case 'S': o->csv = value; break;
    case 'x': o->exact = 1; break;
    case 'J': o->json = 1; break;
    }
    return EXIT_DONE;
}

/* The command's options in the C library's words. */
static void list_options(const cli_command *command, struct option *longs, char *shorts) {
    *shorts++ = ':'; /* tell a value that is missing from an option that is */
    for (const option_row *o = option_table; o < option_table + OPTIONS; o++) {
        if (!knows(command, o)) continue;
        *longs++ = (struct option){o->name, *o->value != 0, NULL, LONG + o->letter};
        if (o->short_too) *shorts++ = o->letter;
        if (o->short_too && *o->value) *shorts++ = ':';
    }
    *longs = (struct option){0};
    *shorts = 0;
}

/* Says what is wrong with an argument that getopt_long did not take. */
static int refuse(const cli_command *command, int found, const struct option *longs,
                  const char *argument) {
    for (const option_row *o = option_table; found == ':' && o < option_table + OPTIONS;
         o++)
        if (o->letter == optopt % LONG)
            return cli_fail("%s needs a value: %s", argument, o->value);
    if (optopt && optopt < LONG)
        return cli_fail("unknown option '-%c'; see humshakal %s --help", optopt,
                        command->name);
    if (optopt)
        return cli_fail("%.*s takes no value", (int)strcspn(argument, "="), argument);
    size_t length = strcspn(argument + 2, "=");
    const char *first = NULL;
    for (const struct option *o = longs; o->name; o++) {
        if (strncmp(o->name, argument + 2, length) != 0) continue;
        if (first)
            return cli_fail("'%s' may mean --%s or --%s; write more of it", argument,
                            first, o->name);
        first = o->name;
    }
    return cli_fail("unknown option '%s'; see humshakal %s --help", argument,
                    command->name);
}

int cli_parse(const cli_command *command, int argc, char **argv, cli_options *options) {
    struct option longs[OPTIONS + 1];
    char shorts[2 * OPTIONS + 2];
    list_options(command, longs, shorts);
    *options = (cli_options){.k = 5, .face = 1, .threshold = NAN, .far = NAN};
    opterr = 0;
    for (int found; (found = getopt_long(argc, argv, shorts, longs, NULL)) != -1;) {
        if (found == '?' || found == ':')
            return refuse(command, found, longs, argv[optind - 1]);
        int letter = found % LONG;
        if (letter == 'h') print_help(command);
        if (letter == 'V') cli_print_version();
        if (letter == 'h' || letter == 'V') return -1;
        int code = set_option(letter, optarg, options);
        if (code) return code;
    }
    options->operands = argv + optind;
    options->operand_count = argc - optind;
    if (options->operand_count < command->least || options->operand_count > command->most)
        return cli_fail("usage: humshakal %s %s; see humshakal %s --help", command->name,
                        command->operands, command->name);
    return EXIT_DONE;
}

int args_check_gallery(const cli_options *options) {
    if (!options->output) return cli_fail("name the file to write: -o people.humg");
    if (options->axes_count > 1) return cli_fail("a gallery has one number of axes");
    return EXIT_DONE;
}
