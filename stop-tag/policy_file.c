// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy_file.c: rules from text: of an option, or of a file.
 */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sys/stat.h>

#include <linux/cpu_stop_tag.h>

#include "policy_priv.h"
#include "report.h"
#include "text_line.h"

#define CPUS_MAX 65536		/* a tag's cpu is below that */
#define LINE_LIMIT (1u << 20)

static int fail(char err[160], const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int fail(char err[160], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(err, 160, fmt, args);
	va_end(args);
	return -1;
}

static int set_cpus(struct policy_rules *rules, const char *value,
		    char err[160])
{
	unsigned long n;
	char *end;

	errno = 0;
	n = strtoul(value, &end, 10);
	if (!isdigit((unsigned char)value[0]) || *end || errno || !n ||
	    n > CPUS_MAX)
		return fail(err,
			    "expect-cpus takes a number from 1 to %u, not %.60s",
			    CPUS_MAX, value);
	rules->expect_cpus = n;
	rules->has_expect_cpus = true;
	return 0;
}

static bool mechanism_bit(const char *word, uint32_t *bit)
{
	if (!strcmp(word, "tags")) {
		*bit = POLICY_TAGS;
		return true;
	}
	/* Not "unset": a kernel that asks for that has a bug. */
	for (uint8_t i = CPU_STOP_PANIC; stop_mechanism_id(i); i++)
		if (!strcmp(word, stop_mechanism_id(i))) {
			*bit = 1U << i;
			return true;
		}
	return false;
}

static bool verdict_bit(const char *word, uint32_t *bit)
{
	for (unsigned int i = 0; i < STOP_V_NR; i++)
		if (i != STOP_V_POLICY && !strcmp(word, stop_verdict_name(i))) {
			*bit = 1U << i;
			return true;
		}
	return false;
}

/* Words with commas or blanks between them; none is an empty set. */
static int set_words(uint32_t *bits, const char *value,
		     bool (*find)(const char *word, uint32_t *bit),
		     const char *what, char err[160])
{
	char *copy = strdup(value), *at = copy, *word;
	uint32_t bit;
	int ret = 0;

	if (!copy)
		return fail(err, "out of memory");
	*bits = 0;
	while (!ret && (word = strsep(&at, ", \t"))) {
		if (!word[0])
			continue;
		if (find(word, &bit))
			*bits |= bit;
		else
			ret = fail(err, "%s does not know \"%.60s\"", what,
				   word);
	}
	free(copy);
	return ret;
}

int policy_set(struct policy_rules *rules, const char *key, const char *value,
	       char err[160])
{
	if (!strcmp(key, "expect-cpus"))
		return set_cpus(rules, value, err);
	if (!strcmp(key, "require")) {
		rules->has_require = true;
		return set_words(&rules->require, value, mechanism_bit, key,
				 err);
	}
	if (!strcmp(key, "allow")) {
		rules->has_allow = true;
		return set_words(&rules->allow, value, verdict_bit, key, err);
	}
	if (!strcmp(key, "strict")) {
		rules->has_strict = true;
		rules->strict = !strcmp(value, "yes");
		return rules->strict || !strcmp(value, "no") ? 0 :
		       fail(err, "strict takes yes or no, not \"%.60s\"",
			    value);
	}
	return fail(err, "there is no rule \"%.60s\"", key);
}

/* Without blanks at both ends. */
static char *trim(char *text)
{
	size_t len;

	while (isspace((unsigned char)*text))
		text++;
	len = strlen(text);
	while (len && isspace((unsigned char)text[len - 1]))
		text[--len] = 0;
	return text;
}

static int add_section(struct policy *policy, enum policy_of of,
		       const char *glob, char err[160])
{
	struct policy_section *section;

	section = reallocarray(policy->sections, policy->nr_sections + 1,
			       sizeof(*section));
	if (!section)
		return fail(err, "out of memory");
	policy->sections = section;
	section += policy->nr_sections;
	*section = (struct policy_section){ .of = of, .glob = strdup(glob) };
	if (!section->glob)
		return fail(err, "out of memory");
	policy->nr_sections++;
	return 0;
}

/* "[kernel GLOB]" or "[dump GLOB]" */
static int take_section(struct policy *policy, char *line, char err[160])
{
	size_t len = strlen(line);
	char *word;

	if (line[len - 1] != ']')
		return fail(err, "a section ends in ]");
	line[len - 1] = 0;
	line = trim(line + 1);
	word = strsep(&line, " \t");
	if (!line || !trim(line)[0])
		return fail(err, "a section is [kernel GLOB] or [dump GLOB]");
	if (!strcmp(word, "kernel"))
		return add_section(policy, POLICY_OF_KERNEL, trim(line), err);
	if (!strcmp(word, "dump"))
		return add_section(policy, POLICY_OF_DUMP, trim(line), err);
	return fail(err, "there is no section \"%.60s\"", word);
}

static int take_line(struct policy *policy, char *line, char err[160])
{
	char *value;

	line = trim(line);
	if (!line[0] || line[0] == '#')
		return 0;
	if (line[0] == '[')
		return take_section(policy, line, err);
	value = strchr(line, '=');
	if (!value)
		return fail(err, "neither a rule (NAME = VALUE) nor a section");
	*value++ = 0;
	return policy_set(&policy->sections[policy->nr_sections - 1].rules,
			  trim(line), trim(value), err);
}

static int take_lines(struct policy *policy, FILE *fp, char err[160])
{
	char *line = NULL, why[120 + 40];
	unsigned int number = 0;
	size_t room = 0, len;
	int ret = 0, more;

	while (!ret && (more = text_line(fp, &line, &room, &len,
					 LINE_LIMIT)) > 0) {
		number++;
		if (strlen(line) != len)
			ret = fail(why, "there is a NUL");
		else
			ret = take_line(policy, line, why);
		if (ret)
			fail(err, "line %u: %.130s", number, why);
	}
	if (!ret && more < 0)
		ret = fail(err, "line %u: %s", number + 1, errno == EFBIG ?
			   "too long for a rule" : strerror(errno));
	free(line);
	return ret;
}

int policy_load(struct policy *policy, const char *path, char err[160])
{
	struct stat st;
	FILE *fp;
	int ret;

	/* A FIFO is welcome: policies may be made by a program. */
	fp = fopen(path, "re");
	if (!fp || fstat(fileno(fp), &st)) {
		fail(err, "%s", strerror(errno));
		if (fp)
			fclose(fp);
		return -1;
	}
	ret = S_ISDIR(st.st_mode) ? fail(err, "is a directory") :
	      add_section(policy, POLICY_OF_ALL, "", err);
	if (!ret)
		ret = take_lines(policy, fp, err);
	fclose(fp);
	return ret;
}

void policy_destroy(struct policy *policy)
{
	for (size_t i = 0; i < policy->nr_sections; i++)
		free(policy->sections[i].glob);
	free(policy->sections);
}
