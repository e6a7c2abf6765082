/* Comma-separated values as in RFC 4180. */

#ifndef HUM_CLI_CSV_H
#define HUM_CLI_CSV_H

enum { CSV_MAX_CELLS = 16 };

/* Splits the line at *at in place and moves on to the next; adds the lines that it takes
   to *lines, as quoted cells may hold line ends. Returns the number of cells, -1 if a
   quote is not closed or there are too many cells. */
int csv_line(char **at, char *cells[CSV_MAX_CELLS], int *lines);

#endif
