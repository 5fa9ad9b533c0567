#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-or-later
# page-assets.sh CSS JS: a C header with both as strings, and the hashes by
# which the page's Content-Security-Policy lets them in.
set -eu

# asset NAME FILE
asset() {
	printf 'static const char %s[] =\n' "$1"
	sed 's/[\\"]/\\&/g; s/^/"/; s/$/\\n"/' "$2"
	printf ';\n#define %s_HASH "sha256-%s"\n' \
		"$(echo "$1" | tr '[:lower:]' '[:upper:]')" \
		"$(sha256sum <"$2" | cut -c 1-64 | tr '[:lower:]' '[:upper:]' |
		   basenc -d --base16 | base64)"
}
asset page_css "$1"
asset page_js "$2"
