/* What each command runs, in the file of its name, and what all of them need. They return
   EXIT_DONE, EXIT_NOTHING or EXIT_BAD, with the reason printed. */

#ifndef HUM_CLI_COMMANDS_H
#define HUM_CLI_COMMANDS_H

#include "args.h"
#include "engine.h"
#include "fail.h"
#include "json.h"

int run_gallery_build(const cli_options *options);
int run_gallery_from_classifier(const cli_options *options);
int run_gallery_project(const cli_options *options);
int run_gallery_merge(const cli_options *options);
int run_gallery_export(const cli_options *options);
int run_gallery_import(const cli_options *options);
int run_gallery_check(const cli_options *options);
int run_gallery_info(const cli_options *options);
int run_match(const cli_options *options);
int run_verify(const cli_options *options);
int run_embed(const cli_options *options);
int run_detect(const cli_options *options);
int run_group(const cli_options *options);
int run_eval(const cli_options *options);

#endif
