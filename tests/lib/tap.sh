# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# tap.sh: TAP for suites that are shell scripts. Sourced.
#
# A suite puts what a failure should show into $tmp/log before it reports.

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT
n=0 rc=0

# result STATUS NAME [SKIP-REASON]: one result, good if STATUS is 0.
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2${3:+ # SKIP $3}"
	else
		echo "not ok $n - $2"
		[ ! -f "$tmp/log" ] || sed 's/^/# /' "$tmp/log" | cut -c 1-400 | tail -n 60
		rc=1
	fi
}

# The plan line, and the suite's exit status.
finish() {
	echo "1..$n"
	exit $rc
}
