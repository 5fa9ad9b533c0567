#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""schema.py: validates lines of stopcheck --json by its published schema.

Usage: schema.py SCHEMA FILE...

The validator is Debian's python3-jsonschema (so Debian's python3, not one
that is first in PATH). The schema lets keys pass that it does not know, as
readers must; here such a key is an error: it is one that nobody documented.
"""
import json
import sys

import jsonschema


def close(schema):
    """Makes every object with properties refuse others."""
    if isinstance(schema, list):
        for value in schema:
            close(value)
    elif isinstance(schema, dict):
        for value in list(schema.values()):
            close(value)
        if "required" in schema and "properties" in schema and \
                "additionalProperties" not in schema:
            schema["additionalProperties"] = False


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        schema = json.load(file)
    kind = jsonschema.Draft202012Validator
    kind.check_schema(schema)
    close(schema["$defs"])
    validator = kind(schema)
    lines = 0
    for path in sys.argv[2:]:
        with open(path, encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                lines += 1
                error = jsonschema.exceptions.best_match(
                    validator.iter_errors(json.loads(line)))
                if error:
                    sys.exit(f"{path}:{number}: {error.json_path}: "
                             f"{error.message[:300]}")
    print(lines)


main()
