#include "commands.h"

#include "csv.h"
#include "files.h"
#include "gallery_file.h"
#include "npy.h"

#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 7, MAX_CSV = 1 << 30 };
static const char *const names[COLUMNS] = {"person", "person_link", "file", "source",
                                           "author", "licence",     "link"};

/* Which column each cell of the first line names. */
static int read_heading(const char *path, char *const *cells, int count, int *columns) {
    int seen[COLUMNS] = {0};
    for (int i = 0; i < count; i++) {
        int k = 0;
        while (k < COLUMNS && strcmp(names[k], cells[i]) != 0) k++;
        if (k == COLUMNS)
            return cli_fail("%s: unknown column '%s'; known: person, person_link, file, "
                            "source, author, licence, link",
                            path, cells[i]);
        if (seen[k]++) return cli_fail("%s: column '%s' comes twice", path, cells[i]);
        columns[i] = k;
    }
    if (seen[0]) return EXIT_DONE;
    return cli_fail("%s: the first line must name the columns, 'person' among them",
                    path);
}

static int add_row(hum_engine *engine, const npy *vectors, size_t row, float *vector,
                   const char *const texts[COLUMNS], const char *path, int line) {
    if (!*texts[0]) return cli_fail("%s, line %d: the person has no name", path, line);
    if (!npy_direction(vectors, row, vector))
        return cli_fail("row %zu of the vectors is not one with a direction", row + 1);
    if (hum_gallery_add(engine, vector, texts[0], texts[1], texts[2], texts[3], texts[4],
                        texts[5], texts[6], NULL, 0) == HUM_OK)
        return EXIT_DONE;
    return cli_fail("%s, line %d: %s", path, line, hum_error(engine));
}

static int add_rows(hum_engine *engine, const cli_options *options, const npy *vectors,
                    char *text) {
    const char *path = options->csv;
    char *cells[CSV_MAX_CELLS];
    int line = 1, columns[CSV_MAX_CELLS], count = csv_line(&text, cells, &line);
    if (count < 0) return cli_fail("%s, line 1: a quote is not closed", path);
    int code = read_heading(path, cells, count, columns);
    float *vector = must_alloc(vectors->dimension, sizeof *vector);
    size_t row = 0;
    for (int at = line; !code && *text; at = line) {
        const char *texts[COLUMNS] = {"", "", "", "", "", "", ""};
        int n = csv_line(&text, cells, &line);
        if (n == 1 && !*cells[0]) continue; /* an empty line */
        if (n != count)
            code = cli_fail("%s, line %d: expected %d cells, found %d", path, at, count,
                            n < 0 ? 0 : n);
        for (int i = 0; !code && i < n; i++) texts[columns[i]] = cells[i];
        if (!code && row >= vectors->count)
            code = cli_fail("%s has more lines than %s has rows (%zu)", path,
                            options->npy, vectors->count);
        if (!code) code = add_row(engine, vectors, row++, vector, texts, path, at);
    }
    free(vector);
    if (code || row == vectors->count) return code;
    return cli_fail("%s has %zu lines, %s %zu rows: they do not belong together", path,
                    row, options->npy, vectors->count);
}

static int fill(hum_engine *engine, const cli_options *options, const npy *vectors) {
    if ((size_t)hum_dimension(engine) != vectors->dimension)
        return cli_fail(
            "%s has rows of %zu numbers, the network's embeddings have %d: name "
            "with --model the network that made them",
            options->npy, vectors->dimension, (int)hum_dimension(engine));
    char *text = file_read_text(options->csv, MAX_CSV);
    if (!text) return EXIT_BAD;
    int code = hum_gallery_begin(engine, 0) == HUM_OK
                   ? add_rows(engine, options, vectors, text)
                   : cli_fail("%s", hum_error(engine));
    free(text);
    return code;
}

int run_gallery_import(const cli_options *options) {
    if (args_check_gallery(options)) return EXIT_BAD;
    if (!options->npy || !options->csv || !options->model)
        return cli_fail("name the files to read, and the network that made the rows: "
                        "--npy rows.npy --csv rows.csv --model facenet");
    npy vectors = {0};
    hum_engine *engine = NULL;
    size_t size = 0;
    int code = npy_read(options->npy, &vectors);
    if (!code) code = output_check(options->output);
    if (!code) code = engine_open(options, EMBEDDER, &engine);
    if (!code) code = fill(engine, options, &vectors);
    if (!code) code = gallery_write(engine, options->axes[0], options->output, &size);
    hum_destroy(engine);
    free(vectors.bytes);
    if (code) return code;
    if (options->json)
        return print_json(json_pack("{s:o,s:I,s:I}", "file", text_json(options->output),
                                    "bytes", (json_int_t)size, "photos",
                                    (json_int_t)vectors.count));
    printf("%s: %zu photos, %zu bytes\n", options->output, vectors.count, size);
    return EXIT_DONE;
}
