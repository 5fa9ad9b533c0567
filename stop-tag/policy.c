// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * policy.c: applies rules to the verdicts of a dump, and says what they did.
 */
#include <fnmatch.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <linux/cpu_stop_tag.h>

#include "check.h"
#include "policy_priv.h"
#include "report.h"

static void override(struct policy_rules *rules, const struct policy_rules *by)
{
	if (by->has_expect_cpus) {
		rules->has_expect_cpus = true;
		rules->expect_cpus = by->expect_cpus;
	}
	if (by->has_require) {
		rules->has_require = true;
		rules->require = by->require;
	}
	if (by->has_allow) {
		rules->has_allow = true;
		rules->allow = by->allow;
	}
	if (by->has_strict) {
		rules->has_strict = true;
		rules->strict = by->strict;
	}
}

static void rules_for(const struct policy *policy, const char *dump,
		      const struct stop_facts *facts,
		      struct policy_rules *rules)
{
	memset(rules, 0, sizeof(*rules));
	for (size_t i = 0; i < policy->nr_sections; i++) {
		const struct policy_section *section = &policy->sections[i];

		/* A dump that does not tell its kernel is of no kernel. */
		if (section->of == POLICY_OF_KERNEL &&
		    (!facts->osrelease[0] ||
		     fnmatch(section->glob, facts->osrelease, 0)))
			continue;
		if (section->of == POLICY_OF_DUMP &&
		    fnmatch(section->glob, dump, 0))
			continue;
		override(rules, &section->rules);
	}
	override(rules, &policy->options);
}

static int give(struct stop_verdicts *verdicts, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

static int give(struct stop_verdicts *verdicts, const char *fmt, ...)
{
	struct stop_verdict *v;
	va_list args;

	v = reallocarray(verdicts->v, verdicts->nr + 1, sizeof(*v));
	if (!v)
		return -1;
	verdicts->v = v;
	v += verdicts->nr++;
	*v = (struct stop_verdict){
		.id = STOP_V_POLICY, .severity = STOP_FAIL,
		.cpu = STOP_CPU_UNKNOWN, .note_index = -1,
	};
	va_start(args, fmt);
	vsnprintf(v->text, sizeof(v->text), fmt, args);
	va_end(args);
	return 0;
}

/*
 * How many CPUs ran when the crash began: what the panicking CPU counted, or
 * how many have registers where nobody counted.
 */
static int judge_cpus(uint32_t expected, const struct stop_facts *facts,
		      struct stop_verdicts *verdicts)
{
	const struct stop_cpu *panic = stop_facts_panic_cpu(facts);
	size_t regs = 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		regs += stop_cpu_has_context(&facts->cpus[i]);
	if (panic && panic->tag.nr_online != expected)
		return give(verdicts, "%u CPU%s running, not %u",
			    panic->tag.nr_online,
			    panic->tag.nr_online == 1 ? " was" : "s were",
			    expected);
	if (!panic && regs != expected)
		return give(verdicts, "%zu CPU%s registers, not %u", regs,
			    regs == 1 ? " has" : "s have", expected);
	return 0;
}

static int judge_required(uint32_t required, const struct stop_facts *facts,
			  struct stop_verdicts *verdicts)
{
	uint32_t seen = stop_facts_nr_tags(facts) ? POLICY_TAGS : 0;

	for (size_t i = 0; i < facts->nr_cpus; i++)
		if (facts->cpus[i].tag_state == STOP_TAG_VALID &&
		    stop_mechanism_id(facts->cpus[i].tag.mechanism))
			seen |= 1U << facts->cpus[i].tag.mechanism;
	if (required & POLICY_TAGS && !(seen & POLICY_TAGS) &&
	    give(verdicts, "tags are required, and there are none"))
		return -1;
	for (uint8_t i = 0; stop_mechanism_id(i); i++)
		if (required & ~seen & 1U << i &&
		    give(verdicts, "no CPU has the required mechanism %s",
			 stop_mechanism_id(i)))
			return -1;
	return 0;
}

static void change(struct stop_verdict *v, struct stop_verdicts *verdicts,
		   struct policy_effect *effect)
{
	const struct policy_rules *rules = &effect->rules;

	if (v->id == STOP_V_POLICY)
		return;
	if (rules->allow & 1U << v->id) {
		v->severity = STOP_INFO;
		effect->allowed[v->id]++;
		if (v->id == STOP_V_UNTAGGED)
			verdicts->untagged_allowed = true;
	} else if (rules->strict && (v->severity == STOP_WARN ||
				     v->id == STOP_V_UNTAGGED)) {
		v->severity = STOP_FAIL;
		effect->raised[v->id]++;
	}
}

/*
 * The verdict `untagged` is of a kernel that writes no tags. One that does left
 * none either in a dump that was taken from outside, and of a live system.
 */
static int judge_untagged(const struct stop_facts *facts,
			  struct stop_verdicts *verdicts,
			  struct policy_effect *effect)
{
	if (stop_facts_nr_tags(facts))
		return 0;
	for (size_t i = 0; i < verdicts->nr; i++)
		if (verdicts->v[i].id == STOP_V_UNTAGGED)
			return 0;
	if (effect->rules.allow & 1U << STOP_V_UNTAGGED) {
		verdicts->untagged_allowed = true;
		effect->allowed[STOP_V_UNTAGGED]++;
	} else if (effect->rules.strict) {
		return give(verdicts, "there are no tags");
	}
	return 0;
}

int policy_apply(const struct policy *policy, const char *dump,
		 const struct stop_facts *facts,
		 struct stop_verdicts *verdicts, struct policy_effect *effect)
{
	struct policy_rules *rules = &effect->rules;

	memset(effect, 0, sizeof(*effect));
	effect->without = stop_judge_status(facts, verdicts);
	rules_for(policy, dump, facts, rules);
	effect->any = rules->has_expect_cpus || rules->has_require ||
		      rules->has_allow || rules->has_strict;
	if (rules->expect_cpus &&
	    judge_cpus(rules->expect_cpus, facts, verdicts))
		return -1;
	if (judge_required(rules->require, facts, verdicts) ||
	    judge_untagged(facts, verdicts, effect))
		return -1;
	for (size_t i = 0; i < verdicts->nr; i++)
		change(&verdicts->v[i], verdicts, effect);
	return stop_verdicts_sort(verdicts) ? -1 : 0;
}

static void json_counts(struct json *json, const char *key,
			const size_t counts[STOP_V_NR])
{
	json_open(json, key, '{');
	for (size_t i = 0; i < STOP_V_NR; i++)
		if (counts[i])
			json_uint(json, stop_verdict_name(i), counts[i]);
	json_close(json, '}');
}

void policy_json(struct json *json, const struct policy_effect *effect)
{
	const struct policy_rules *rules = &effect->rules;

	if (!effect->any)
		return;
	json_open(json, "policy", '{');
	if (rules->expect_cpus)
		json_uint(json, "expect_cpus", rules->expect_cpus);
	else
		json_null(json, "expect_cpus");
	json_open(json, "require", '[');
	if (rules->require & POLICY_TAGS)
		json_string(json, NULL, "tags");
	for (uint8_t i = 0; stop_mechanism_id(i); i++)
		if (rules->require & 1U << i)
			json_string(json, NULL, stop_mechanism_id(i));
	json_close(json, ']');
	json_open(json, "allow", '[');
	for (size_t i = 0; i < STOP_V_NR; i++)
		if (rules->allow & 1U << i)
			json_string(json, NULL, stop_verdict_name(i));
	json_close(json, ']');
	json_bool(json, "strict", rules->strict);
	json_counts(json, "allowed", effect->allowed);
	json_counts(json, "raised", effect->raised);
	json_uint(json, "status_without", effect->without);
	json_close(json, '}');
}

static size_t text_counts(char *text, size_t room, const char *what,
			  const size_t counts[STOP_V_NR])
{
	size_t used = 0;

	for (size_t i = 0; i < STOP_V_NR; i++) {
		if (!counts[i])
			continue;
		used += snprintf(text + used, room - used, "%s%s",
				 used ? ", " : what, stop_verdict_name(i));
		if (counts[i] > 1)
			used += snprintf(text + used, room - used, " (%zu)",
					 counts[i]);
		if (room - used < 64)
			break;
	}
	return used;
}

void policy_text(const struct policy_effect *effect, char text[400])
{
	size_t used, first;

	used = snprintf(text, 400, "policy: ");
	first = used;
	used += text_counts(text + used, 180, "allows ", effect->allowed);
	if (used > first)
		used += snprintf(text + used, 400 - used, "; ");
	first = used;
	used += text_counts(text + used, 180, "counts as failures ",
			    effect->raised);
	if (used > first)
		used += snprintf(text + used, 400 - used, "; ");
	if (!strcmp(text, "policy: "))
		text[0] = 0;
	else
		snprintf(text + used, 400 - used,
			 "without it the result is: %s",
			 check_status_name(effect->without));
}
