#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Write what natctl takes and shows of the netlink specification: the words of
its enums, the options of a gateway, the counters, with their sentences, and the
causes of drops. For the module, write the words that its trace events show.

    gen-tables.py SPEC TOOL-OUT MODULE-OUT
"""

import sys

import yaml


def constant(name):
    return name.replace("-", "_").upper()


def identifier(name):
    return name.replace("-", "_")


def quote(text):
    text = " ".join(text.split())
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def attributes(spec, name):
    (found,) = [s for s in spec["attribute-sets"] if s["name"] == name]
    return [a for a in found["attributes"] if a["type"] != "pad"]


def word_list(storage, name, words):
    yield f"{storage}const char *const {identifier(name)}_words[] = {{"
    for word in words:
        yield f"\t{quote(word)},"
    yield "\tNULL"
    yield "};"


def enum_words(enum):
    return [e["name"] if isinstance(e, dict) else e for e in enum["entries"]]


def number_words(spec, option):
    """The words for some values of a number: those of the constants that are
    named after it, and then 0 is off."""
    named = {d["value"]: d["name"].removeprefix(option["name"] + "-")
             for d in spec["definitions"]
             if d["type"] == "const"
             and d["name"].startswith(option["name"] + "-")}
    if named:
        named.setdefault(0, "off")
    if sorted(named) != list(range(len(named))):
        sys.exit(f"{option['name']}: named values must be the lowest ones")
    return [named[value] for value in sorted(named)]


def option_word(spec, option):
    """The members of natctl's struct word."""
    name = option["name"]
    kind, choices = "T_NUMBER", "NULL"
    if "enum" in option:
        kind, choices = "T_CHOICE", identifier(option["enum"]) + "_words"
    elif number_words(spec, option):
        choices = identifier(name) + "_words"
    elif option["doc"].startswith("Seconds"):
        kind = "T_SECONDS"
    yield f"\t[NATGW_A_OPTIONS_{constant(name)}] = {{"
    yield f"\t\t{quote(name)}, {kind}, {choices},"
    yield f"\t\t{quote(option['doc'])}"
    yield "\t},"


def options(spec):
    found = attributes(spec, "options")
    for option in found:
        words = "enum" not in option and number_words(spec, option)
        if words:
            yield from word_list("static ", option["name"], words)
            yield ""
    yield "const struct word option_words[NATGW_A_OPTIONS_MAX + 1] = {"
    for option in found:
        yield from option_word(spec, option)
    yield "};"


def counters(spec):
    yield "const struct counter counters[] = {"
    for attr in attributes(spec, "counters"):
        name = attr["name"]
        yield f"\t{{ NATGW_A_COUNTERS_{constant(name)}, {quote(name)},"
        yield f"\t  {quote(attr['doc'])} }},"
    yield "\t{ 0, NULL, NULL }"
    yield "};"


def enum_named(spec, name):
    (found,) = [d for d in spec["definitions"]
                if d["type"] == "enum" and d["name"] == name]
    return enum_words(found)


def drop_causes(spec):
    """Number and name of each cause: the few that no counter counts, then the
    counters of drops, whose attributes are numbered from 1 on."""
    (found,) = [s for s in spec["attribute-sets"] if s["name"] == "counters"]
    yield from enumerate(enum_named(spec, "drop-cause"))
    for number, attr in enumerate(found["attributes"], start=1):
        if "-drop-" in attr["name"]:
            yield number, attr["name"]


def causes(spec):
    yield "const struct cause drop_causes[] = {"
    for number, name in drop_causes(spec):
        yield f"\t{{ {number}, {quote(name)} }},"
    yield "\t{ 0, NULL }"
    yield "};"


def symbols(name, pairs):
    """A macro with the list that __print_symbolic() takes."""
    yield f"#define {name} \\"
    rows = [f"\t{{ {number}, {quote(word)} }}" for number, word in pairs]
    yield ", \\\n".join(rows)


def beginning():
    yield "/* SPDX-License-Identifier: GPL-2.0 */"
    yield "/* Made from Documentation/netlink/specs/natgw.yaml by"
    yield " * tools/gen-tables.py; do not edit."
    yield " */"


def module_lines(spec):
    yield from beginning()
    yield from symbols("NATGW_DROP_SYMBOLS", drop_causes(spec))
    yield ""
    for enum in ("flow-end", "flow-kind"):
        yield from symbols(f"NATGW_{constant(enum)}_SYMBOLS",
                           enumerate(enum_named(spec, enum)))
        yield ""


def lines(spec):
    yield from beginning()
    for definition in spec["definitions"]:
        if definition["type"] == "enum":
            yield from word_list("", definition["name"],
                                 enum_words(definition))
            yield ""
    yield from options(spec)
    yield ""
    yield from counters(spec)
    yield ""
    yield from causes(spec)


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(text).rstrip("\n") + "\n")


def main():
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    write(sys.argv[2], lines(spec))
    write(sys.argv[3], module_lines(spec))


main()
