// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * replay.c: gives the files that it is called with to a fuzz target, for
 * compilers without libFuzzer.
 */
#include <stdio.h>
#include <stdlib.h>

#include "targets.h"

int main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		FILE *fp = fopen(argv[i], "r");
		unsigned char *data = NULL;
		size_t size = 0;

		if (!fp || fseek(fp, 0, SEEK_END) < 0) {
			perror(argv[i]);
			return 1;
		}
		size = ftell(fp);
		rewind(fp);
		/* Exactly as large, so that one byte more is seen. */
		data = malloc(size ? size : 1);
		if (!data || fread(data, 1, size, fp) != size) {
			perror(argv[i]);
			return 1;
		}
		LLVMFuzzerTestOneInput(data, size);
		free(data);
		fclose(fp);
	}
	printf("%d inputs\n", argc - 1);
	return 0;
}
