/* The command line: makes galleries and does natively what the page does. The commands
   are in cli/commands/; here is the list of them. */

#include "args.h"
#include "commands/commands.h"
#include "fail.h"
#include "walk.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

static const cli_command commands[] = {
    {"gallery build", "DIR -o FILE", 1, 1, "oajx",
     "Make a gallery of the people in a folder.",
     "DIR holds a folder for each person, named after them, with their photos\n"
     "(" PHOTO_NAMES ").\n"
     "Of several faces in a photo the largest is taken; photos that can't be used are\n"
     "named and skipped. The same input gives the same bytes.\n\n"
     "Where photos come from may stand in DIR/credits.json:\n"
     "  {\"photos\": {\"PERSON/FILE\": {\"title\", \"source\", \"author\", \"licence\",\n"
     "  \"link\"}}, \"people\": {\"PERSON\": {\"link\"}}}\n"
     "or in DIR/credits.csv, with a line that names the columns: person, file, title,\n"
     "source, author, licence, link. Lines without a file are about the person.\n",
     "humshakal gallery build people/ -o people.humg", run_gallery_build},
    {"gallery from-classifier", "VECTORS.npy -o FILE", 1, 1, "oNWLx",
     "Make a gallery of names, without photos, from a classifier.",
     "VECTORS.npy and the names beside it in VECTORS.txt are what tools/convert.mjs\n"
     "writes with --classifier: for each person that a VGGFace network was trained on, "
     "the\n"
     "direction of their class. --model must be the network of the same file. Scores\n"
     "are cosines with these directions, so they are not to be compared with those of\n"
     "photos. A name that comes twice is one person. Leave out whoever asks to be\n"
     "left out.\n",
     "humshakal gallery from-classifier x.npy -o people.humg --model vggface-resnet50",
     run_gallery_from_classifier},
    {"gallery project", "FILE -o FILE --axes N", 1, 1, "oax",
     "Make a gallery's rows smaller, without its photos.",
     "Rows become their coordinates along the N axes that keep most of them. The axes\n"
     "go into the file, so a small gallery may grow. gallery build --axes N does the\n"
     "same. What it costs: humshakal eval DIR --axes N.\n",
     "humshakal gallery project people.humg -o small.humg --axes 128",
     run_gallery_project},
    {"gallery check", "FILE|DIR", 1, 1, "jx",
     "Tell what is wrong with a gallery, or with its photos.",
     "Labels that are likely wrong, duplicates, photos unlike their person, people of "
     "one\n"
     "photo, missing credits; of a DIR, as gallery build takes it, also faces that are\n"
     "small, blurred, turned away, cut or several, and photos that can't be used. Exit\n"
     "code 1: something was found.\n",
     "humshakal gallery check people/", run_gallery_check},
    {"gallery merge", "FILE... -o FILE", 2, INT_MAX, "oax",
     "Make one gallery of several, without their photos.",
     "People of the same name are one person. Galleries must be of the same network, of\n"
     "photos, and not projected.\n",
     "humshakal gallery merge aunts.humg uncles.humg -o family.humg", run_gallery_merge},
    {"gallery export", "FILE --npy FILE --csv FILE", 1, 1, "PSx",
     "Write a gallery's rows and texts for other programs.",
     "The rows are embeddings of length 1, in the order of the lines. Columns: person,\n"
     "person_link, file, source, author, licence, link. Small pictures stay behind.\n",
     "humshakal gallery export people.humg --npy people.npy --csv people.csv",
     run_gallery_export},
    {"gallery import", "--npy FILE --csv FILE --model NAME -o FILE", 0, 0, "oPSax",
     "Make a gallery of rows that another program computed.",
     "The files are as gallery export writes them; of the columns only person is "
     "needed.\n"
     "The rows must be embeddings of photos by the network that --model names, from "
     "crops\n"
     "that it was made for: the gallery will say so, and nothing can check it.\n",
     "humshakal gallery import --npy x.npy --csv x.csv --model facenet -o x.humg",
     run_gallery_import},
    {"gallery info", "FILE", 1, 1, "x", "Tell what is in a gallery.",
     "With --json also every person and photo, with credits.\n",
     "humshakal gallery info people.humg", run_gallery_info},
    {"match", "PHOTO --gallery FILE", 1, 1, "gkfx",
     "Show who of a gallery looks most like a face.",
     "A person's score is the cosine between the embeddings of the face and of that\n"
     "photo of theirs which is nearest.\n",
     "humshakal match photo.jpg --gallery people.humg -k 3", run_match},
    {"verify", "A B", 2, 2, "tfx", "Tell whether two photos show the same person.",
     "Exit code 0: looks the same; 1: does not, or a photo shows no face.\n",
     "humshakal verify one.jpg other.jpg", run_verify},
    {"embed", "PHOTO...", 1, INT_MAX, "ojfx",
     "Print embeddings, or write them to a file.",
     "The file is NumPy's: float32, a row for each photo. Without -o a line for each\n"
     "photo is printed: its name, a tab, the numbers.\n",
     "humshakal embed a.jpg b.jpg -o embeddings.npy", run_embed},
    {"detect", "PHOTO", 1, 1, "", "Find the faces in a photo, largest first.",
     "Positions and sizes are pixels of the upright photo, from its top left corner.\n",
     "humshakal detect group.jpg --json", run_detect},
    {"group", "PHOTO|DIR...", 1, INT_MAX, "jFx", "Sort the faces of photos into people.",
     "Takes all faces of the photos, also of those in folders. Two groups of faces "
     "become\n"
     "one where so few pairs of different people are as alike as --far says (average\n"
     "linkage, and the cosine of their means). Faces of one photo are never one person.\n"
     "The same photos give the same groups; faces are numbered as detect does.\n",
     "humshakal group photos/ --json", run_group},
    {"eval", "DIR", 1, 1, "acCjx", "Measure how well people are told apart.",
     "DIR is as for gallery build. Every photo of a person who has several is looked up\n"
     "among all others (rank 1), and all pairs are compared (true accepts).\n"
     "With --axes also for rows of fewer numbers: the axes are found on one half of the\n"
     "people and tried on the other, both ways, for ten halvings.\n"
     "With --calibration half of the people become a gallery, the others are strangers\n"
     "to it, a hundred times: is what the gallery says of strangers so?\n",
     "humshakal eval people/ --centre", run_eval},
    {0},
};

/* The command that the arguments begin with, and how many words its name has. */
static const cli_command *find_command(int argc, char **argv, int *words) {
    for (const cli_command *c = commands; c->name; c++) {
        const char *space = strchr(c->name, ' ');
        size_t first = space ? (size_t)(space - c->name) : strlen(c->name);
        *words = space ? 2 : 1;
        if (argc < *words || strlen(argv[0]) != first ||
            strncmp(argv[0], c->name, first) != 0)
            continue;
        if (!space || strcmp(argv[1], space + 1) == 0) return c;
    }
    return NULL;
}

int main(int argc, char **argv) {
    setvbuf(stderr, NULL, _IOLBF, BUFSIZ); /* lines of several processes stay whole */
    int words, code = EXIT_DONE;
    cli_options options;
    const cli_command *command = find_command(argc - 1, argv + 1, &words);
    const char *first = argc > 1 ? argv[1] : "";
    if (command) {
        code = cli_parse(command, argc - words, argv + words, &options);
        if (code == EXIT_DONE) code = command->run(&options);
        else if (code < 0) code = EXIT_DONE; /* --help, --version */
    } else if (strcmp(first, "--version") == 0) {
        cli_print_version();
    } else if (strcmp(first, "--help") == 0 || strcmp(first, "-h") == 0) {
        cli_print_overview(stdout, commands);
    } else {
        if (argc > 1) cli_fail("unknown command '%s'", first);
        cli_print_overview(stderr, commands);
        code = EXIT_BAD;
    }
    if (fflush(stdout) != 0 || ferror(stdout))
        code = cli_fail("the output could not be written");
    return code;
}
