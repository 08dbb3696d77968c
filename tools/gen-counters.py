#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Write what natctl shows of the netlink specification: its counters with
their sentences, and the words of its enums.

    gen-counters.py SPEC OUT
"""

import sys

import yaml


def constant(name):
    return name.replace("-", "_").upper()


def quote(text):
    text = " ".join(text.split())
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def counters(spec):
    (found,) = [s for s in spec["attribute-sets"] if s["name"] == "counters"]
    yield "const struct counter counters[] = {"
    for attr in found["attributes"]:
        if attr["type"] == "pad":
            continue
        name = attr["name"]
        yield f"\t{{ NATGW_A_COUNTERS_{constant(name)}, {quote(name)},"
        yield f"\t  {quote(attr['doc'])} }},"
    yield "\t{ 0, NULL, NULL }"
    yield "};"


def enum_words(enum):
    yield f"const char *const {enum['name'].replace('-', '_')}_words[] = {{"
    for entry in enum["entries"]:
        name = entry["name"] if isinstance(entry, dict) else entry
        yield f"\t{quote(name)},"
    yield "\tNULL"
    yield "};"


def lines(spec):
    yield "/* SPDX-License-Identifier: GPL-2.0 */"
    yield "/* Made from Documentation/netlink/specs/natgw.yaml by"
    yield " * tools/gen-counters.py; do not edit."
    yield " */"
    yield from counters(spec)
    for definition in spec["definitions"]:
        if definition["type"] == "enum":
            yield ""
            yield from enum_words(definition)


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    text = "".join(line + "\n" for line in lines(spec))
    with open(sys.argv[2], "w", encoding="utf-8") as file:
        file.write(text)


main()
