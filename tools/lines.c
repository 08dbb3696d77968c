// SPDX-License-Identifier: GPL-2.0
/* Files of commands: a command a line, '#' begins a comment. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "msg.h"

bool reader_open(struct reader *reader, const char *name)
{
	reader->next = 1;
	reader->name = name;
	reader->file = stdin;
	if (!strcmp(name, "-")) {
		reader->name = "standard input";
		return true;
	}
	reader->file = fopen(name, "re");
	if (!reader->file)
		error("cannot read %s: %s", name, strerror(errno));
	return reader->file;
}

void reader_close(struct reader *reader)
{
	if (reader->file != stdin)
		fclose(reader->file);
}

/* Cuts the text into words; what is from '#' on is a comment. */
static void split(struct line *line)
{
	static const char space[] = " \t\r\n\v\f";
	char *save, *word;

	line->n = 0;
	line->words = xrealloc(NULL, sizeof(*line->words));
	for (word = strtok_r(line->text, space, &save); word && *word != '#';
	     word = strtok_r(NULL, space, &save)) {
		line->words = xrealloc(line->words, (line->n + 2) *
				       sizeof(*line->words));
		line->words[line->n++] = word;
	}
	line->words[line->n] = NULL;
}

/* Reads up to an end of line that no backslash stands before. */
static bool read_text(struct reader *reader, struct line *line)
{
	size_t len = 0, size = 0;
	char *part = NULL;
	ssize_t got;

	line->text = NULL;
	while ((got = getline(&part, &size, reader->file)) >= 0) {
		reader->next++;
		line->text = xrealloc(line->text, len + got + 1);
		memcpy(line->text + len, part, got + 1);
		len += got;
		if (len && line->text[len - 1] == '\n')
			len--;
		if (!len || line->text[len - 1] != '\\')
			break;
		line->text[len - 1] = ' ';
	}
	free(part);
	return line->text;
}

bool line_read(struct reader *reader, struct line *line)
{
	place.file = reader->name;
	place.line = reader->next;
	while (read_text(reader, line)) {
		split(line);
		if (line->n)
			return true;
		line_free(line);
		place.line = reader->next;
	}
	return false;
}

void line_free(struct line *line)
{
	free(line->text);
	free(line->words);
}
