# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# lib.sh: what the build scripts share: the cache, locks, progress. Sourced.

# The repository, whatever the current directory.
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cache=${SDEI_STOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/sdei-stop}
jobs=${JOBS:-$(nproc)}
export SDEI_STOP_CACHE=$cache

die() {
	echo "${0##*/}: $*" >&2
	exit 1
}

# say TEXT: progress, never on standard output (that is for results).
say() {
	echo "${0##*/}: $*" >&2
}

# key_of FILE...: 12 hex digits that change when any content changes; with "-"
# among them, standard input counts, too.
key_of() {
	cat -- "$@" | sha256sum | cut -c 1-12
}

# with_progress SECONDS LOG TEXT COMMAND...: runs a long command into LOG, says
# every 20 s that it is alive and what it is at, and ends it after SECONDS.
with_progress() {
	local limit=$1 log=$2 text=$3 start=$SECONDS pid rc=0 n=0
	shift 3
	say "$text ..."
	setsid "$@" >"$log" 2>&1 </dev/null &
	pid=$!
	# Interrupted: take the whole build along.
	trap 'kill -TERM -- -'$pid' 2>/dev/null; exit 130' INT TERM
	while kill -0 $pid 2>/dev/null; do
		sleep 1
		n=$((n + 1))
		if [ $((n % 20)) = 0 ]; then
			say "$text: $((SECONDS - start)) s," \
			    "$(tail -n 1 "$log" | cut -c 1-60)"
		fi
		if [ $((SECONDS - start)) -gt "$limit" ]; then
			kill -TERM -- -$pid 2>/dev/null || :
			say "$text: no end after $limit s, log in $log"
			rc=124
			break
		fi
	done
	wait $pid || rc=$?
	trap - INT TERM
	if [ $rc != 0 ]; then
		tail -n 30 "$log" >&2
		say "$text: failed (log: $log)"
		return $rc
	fi
	say "$text: done in $((SECONDS - start)) s"
}

# changes_of PATCHES: what the patches of a series change, not what they say of it:
# better words cost no build.
changes_of() {
	local p
	for p in "$1"/0*.patch; do
		sed -n '/^diff --git /,$p' "$p"
	done
}

# git_in DIR ARG...: git in a tree of ours, with an identity for its commits.
git_in() {
	local dir=$1
	shift
	git -C "$dir" -c gc.auto=0 -c advice.detachedHead=false \
		-c user.name="${GIT_AUTHOR_NAME:-sdei-stop}" \
		-c user.email="${GIT_AUTHOR_EMAIL:-sdei-stop@localhost}" "$@"
}

# checkout_series DIR PATCHES base|series BASENAME: checks out the tag "base" of
# the git tree DIR, or the branch "series": base with PATCHES/ applied, no more
# and no less. A branch with other commits is kept as series.old.
checkout_series() {
	local dir=$1 patches=$2 want=$3 name=$4 key p files=()
	if [ "$want" = base ]; then
		git_in "$dir" checkout -q base
		return
	fi
	key=$(key_of "$patches"/0*.patch)
	if git_in "$dir" rev-parse -q --verify series >/dev/null; then
		if [ "$(git_in "$dir" config sdei-stop.applied || :)" = \
		     "$key $(git_in "$dir" rev-parse series)" ]; then
			git_in "$dir" checkout -q series
			return
		fi
		git_in "$dir" checkout -q -f base
		git_in "$dir" branch -f series.old series
	fi
	for p in "$patches"/0*.patch; do
		case $p in */0000-*) ;; *) files+=("$p") ;; esac
	done
	git_in "$dir" checkout -q -f base
	git_in "$dir" branch -f series base
	git_in "$dir" checkout -q series
	git_in "$dir" am -q "${files[@]}" || {
		git_in "$dir" am --abort || :
		die "$patches does not apply to $name"
	}
	git_in "$dir" config sdei-stop.applied \
		"$key $(git_in "$dir" rev-parse series)"
	say "$(git_in "$dir" rev-list --count base..series) patches applied to $name in $dir"
}
