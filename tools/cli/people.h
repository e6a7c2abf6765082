/* A folder of people: DIR/PERSON/PHOTO. */

#ifndef HUM_CLI_PEOPLE_H
#define HUM_CLI_PEOPLE_H

/* Sorted by the bytes of the names. */
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

#endif
