#!/usr/bin/env python3
"""Fails when two modules of a crate import each other: then neither can be understood, or changed, without the other.

A module is what lies directly below a crate's root. Counted is what a path beginning with `crate::`, or with `super::` where that
is the root, names; tests at the end of a file are left out.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

CRATES = ["bookings", "caldav", "ical", "scheduling", "store", "zones", "puzzle"]
SOURCES = [Path("crates") / name / "src" for name in CRATES] + [Path("server/src")]

PATH = re.compile(r"(?<![\w:])(crate|super)((?:\s*::\s*super)*)\s*::\s*(\{|\w+)")


def code(text):
    """The text without comments, and without the tests that end it."""
    text = text.split("#[cfg(test)]\nmod tests")[0]
    return re.sub(r"//[^\n]*", "", text)


def first_names(text, start):
    """The first name of each path within the braces that begin at `start`."""
    depth, names, expects = 0, [], False
    for token in re.finditer(r"[{},]|::|\w+", text[start:]):
        word = token.group()
        if word == "{":
            depth += 1
            expects = depth == 1
        elif word == "}":
            depth -= 1
            if depth == 0:
                break
        elif word == ",":
            expects = depth == 1
        elif word != "::" and expects:
            names.append(word)
            expects = False
    return names


def imports(text, depth):
    """The names at the crate's root that a file at this depth below it imports from."""
    for found in PATH.finditer(text):
        ups = len(re.findall("super", found.group(0)))
        if found.group(1) == "super" and ups != depth:
            continue
        if found.group(3) == "{":
            yield from first_names(text, found.start(3))
        else:
            yield found.group(3)


def graph(source):
    """Which modules of a crate each of its modules imports from."""
    modules = {entry.stem for entry in source.iterdir()} - {"lib", "main"}
    edges = defaultdict(set)
    for file in source.rglob("*.rs"):
        parts = file.relative_to(source).with_suffix("").parts
        own = parts[0]
        if own in ("lib", "main"):
            continue
        depth = len(parts) - (parts[-1] == "mod")
        edges[own].update(name for name in imports(code(file.read_text()), depth) if name in modules and name != own)
    return edges


def main():
    failed = False
    for source in SOURCES:
        edges = graph(source)
        for one, others in sorted(edges.items()):
            for other in sorted(others):
                if one < other and one in edges.get(other, ()):
                    print(f"{source}: {one} and {other} import each other.")
                    failed = True
    if failed:
        print("Move what both need into a third module, or what one needs of the other to where it belongs.")
    sys.exit(failed)


main()
