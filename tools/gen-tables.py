#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Write what natctl takes and shows of the netlink specification: the words of
its enums, the options of a gateway, the counters and gauges, with their sentences,
their units, and what they are called in Prometheus, and the causes of drops. For the
module, write the words that its trace events show; for the tests, what requests
are made of.

    gen-tables.py SPEC TOOL-OUT MODULE-OUT TEST-OUT
"""

import json
import re
import sys

import yaml

# Units, by words of a name: the first one here that is in it.
UNITS = (("drop", "packets"), ("resets", "packets"), ("events", "events"),
         ("bytes", "bytes"),
         ("packets", "packets"), ("flows", "flows"), ("clients", "clients"),
         ("tcp", "connections"))

# Counters and gauges that are one metric, with labels; all others are one each.
FAMILIES = (
    (r"(?P<side>source|destination|host)-drop-(?P<cause>.+)", "drops",
     "Packets dropped, by the side that they came from and the cause."),
    (r"flows-created-(?P<proto>.+)", "flows-created",
     "Flows of inside hosts that began, by protocol."),
    (r"flows-ended-(?P<proto>.+)", "flows-ended",
     "Flows of inside hosts that ended, by protocol."),
    (r"flows-(?P<proto>tcp|udp|icmp|other)", "flows",
     "Flows of inside hosts that are alive, by protocol."),
)

# What is the sum of others is for whoever reads them to add up.
SUMS = ("flows-created", "flows-ended")


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


def unit(name):
    words = name.split("-")
    for word, found in UNITS:
        if word in words:
            return found + "/s" * name.endswith("-per-second")
    sys.exit(f"the name {name} says no unit")


def metric(name, sentence):
    """The metric that a counter or gauge is part of, its labels, its help."""
    if name in SUMS:
        return None, None, sentence
    for pattern, family, about in FAMILIES:
        found = re.fullmatch(pattern, name)
        if found:
            labels = ",".join(f'{label}="{value}"' for label, value
                              in found.groupdict().items())
            return family, labels, about
    # A unit stands behind, where Prometheus wants it.
    return re.sub("^(bytes|packets)-(.*)", r"\2-\1", name), None, sentence


def numbers(spec, which, suffix):
    yield f"const struct number {which}[] = {{"
    for attr in attributes(spec, which):
        name, sentence = attr["name"], attr["doc"]
        family, labels, about = metric(name, sentence)
        family = family and f"natgw_{identifier(family)}{suffix}"
        yield f"\t[NATGW_A_{constant(which)}_{constant(name)}] = {{"
        yield f"\t\t{quote(name)}, {quote(unit(name))},"
        yield f"\t\t{quote(sentence)},"
        yield f"\t\t{quote(family) if family else 'NULL'},"
        yield f"\t\t{quote(labels) if labels else 'NULL'},"
        yield f"\t\t{quote(about)}"
        yield "\t},"
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
        if definition["type"] in ("enum", "flags"):
            yield from word_list("", definition["name"],
                                 enum_words(definition))
            yield ""
    yield from options(spec)
    yield ""
    yield from numbers(spec, "counters", "_total")
    yield ""
    yield from numbers(spec, "gauges", "")
    yield ""
    yield from causes(spec)


def write(name, text):
    with open(name, "w", encoding="utf-8") as file:
        file.write("\n".join(text).rstrip("\n") + "\n")


def entry(number, attribute):
    """What a test has to know of an attribute."""
    return {"number": number, "type": attribute["type"],
            "nested": attribute.get("nested-attributes"),
            "address": attribute.get("display-hint") == "ipv4"}


def requests(spec):
    """Attributes by number, and for each operation those that it takes."""
    sets = {s["name"]: [entry(number, a)
                        for number, a in enumerate(s["attributes"], 1)
                        if a["type"] != "pad"]
            for s in spec["attribute-sets"]}
    numbers = {s["name"]: {a["name"]: number for number, a
                           in enumerate(s["attributes"], 1)}
               for s in spec["attribute-sets"]}
    operations = [
        {"name": op["name"], "number": number, "set": op["attribute-set"],
         "admin": "uns-admin-perm" in op.get("flags", []),
         "dumps": "dump" in op,
         "takes": [numbers[op["attribute-set"]][name] for name
                   in op["do"].get("request", {}).get("attributes", [])]}
        for number, op in enumerate(spec["operations"]["list"], 1)
        if "do" in op]
    return {"sets": sets, "operations": operations}


def main():
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    with open(sys.argv[1], encoding="utf-8") as file:
        spec = yaml.safe_load(file)
    write(sys.argv[2], lines(spec))
    write(sys.argv[3], module_lines(spec))
    write(sys.argv[4], [json.dumps(requests(spec))])


main()
