# SPDX-License-Identifier: GPL-2.0-or-later
# shellcheck shell=bash
# machines.sh: how many machines run at a time. Sourced.
#
# One machine runs in one host thread (tests/lab/lab), so two fill two cores.
# More than that and virtual CPUs stand still for longer than the kernel waits.
machines=$(nproc)
[ "$machines" -le 2 ] || machines=$((machines / 2))

# free_machine: waits until there is one for another job of this shell.
free_machine() {
	while [ "$(jobs -rp | wc -l)" -ge "$machines" ]; do
		wait -n || :
	done
}
