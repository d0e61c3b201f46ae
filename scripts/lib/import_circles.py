#!/usr/bin/env python3
"""Fails when files of a crate import each other in a circle, or two of its modules do: then none of them can be understood, or
changed, without the others.

What a file depends on is read from its text: every path that begins with `crate`, `super` or `self`, or with a module that the
file declares, in `use` or elsewhere, leads to a file. These rules decide:

- `mod child;` alone is no dependency: it says where the child is.
- A re-export (`pub use child::Thing`) of something below the file is none either, unless the file uses the thing itself.
- A path through a re-export leads to the file that defines the thing.
- `super` in a module within a file is that file.
- Methods lead nowhere: a text does not say whose they are. Tests at the end of a file, comments and texts in quotes are left out.

A module is what lies directly below a crate's root, with all files below it.
"""
import re
import sys
from collections import defaultdict
from pathlib import Path

CRATES = ["bookings", "caldav", "ical", "puzzle", "sandbox", "scheduling", "store", "zones"]
SOURCES = [Path("crates") / name / "src" for name in CRATES] + [Path("server/src")]

NOT_CODE = re.compile(
    r"""//[^\n]* | /\*.*?\*/ | \bb?r(\#*)".*?"\1 | "(?:\\.|[^"\\])*" | '(?:\\[^']*|[^\\'])'""", re.DOTALL | re.VERBOSE
)
TOKEN = re.compile(r"[{}]|\bmod\s+\w+\s*[{;]|(?:\bpub(?:\s*\([^)]*\))?\s+)?\buse\s+[^;]+;|\w+(?:\s*::\s*\w+)*")


def code(text):
    """The text without comments and quotes, and without the tests that end it."""
    return NOT_CODE.sub(" ", text.split("#[cfg(test)]\nmod tests {")[0])


def expanded(tree):
    """The paths of a `use`, each with the name by which the file knows what it leads to."""
    tree = " ".join(tree.split())
    if "{" not in tree:
        path, _, alias = tree.partition(" as ")
        names = [name.strip() for name in path.split("::") if name.strip()]
        return [(names, alias.strip() or names[-1])]
    start = tree.index("{")
    before = [name.strip() for name in tree[:start].split("::") if name.strip()]
    found, depth, part = [], 0, ""
    for letter in tree[start + 1 : tree.rindex("}")] + ",":
        depth += {"{": 1, "}": -1}.get(letter, 0)
        if letter != "," or depth > 0:
            part += letter
            continue
        for names, alias in expanded(part) if part.strip() else []:
            found.append((before, before[-1]) if names == ["self"] else (before + names, alias))
        part = ""
    return found


class File:
    """What a file says: paths it depends on, names it gives on to others, and the words it uses."""

    def __init__(self, module, text):
        self.module = module
        self.paths, self.given_on, self.words, self.children = [], {}, set(), set()
        within, depth = [], 0
        for token in TOKEN.findall(code(text)):
            if token == "{":
                depth += 1
            elif token == "}":
                depth -= 1
                if within and within[-1][1] == depth:
                    within.pop()
            elif re.match(r"mod\s", token):
                name = re.match(r"mod\s+(\w+)", token).group(1)
                if token.endswith("{"):
                    within.append((name, depth))
                    depth += 1
                else:
                    self.children.add(name)
            elif use := re.match(r"(pub)?.*?\buse\s+(.*);", token, re.DOTALL):
                for names, alias in expanded(use.group(2)):
                    if path := self.absolute(names, within):
                        if use.group(1) and not within:
                            self.given_on[alias] = path
                        else:
                            self.paths.append(path)
            else:
                names = re.split(r"\s*::\s*", token)
                self.words.add(names[0])
                if len(names) > 1 and (path := self.absolute(names, within)):
                    self.paths.append(path)

    def absolute(self, names, within):
        """The path from the crate's root; nothing where it leads out of the crate."""
        here = self.module + tuple(name for name, _ in within)
        first, rest = names[0], list(names)
        if first == "crate":
            return tuple(names[1:])
        if first not in ("super", "self"):
            return self.module + tuple(names) if first in self.children else None
        while rest and rest[0] in ("super", "self"):
            here = here[:-1] if rest.pop(0) == "super" else here
        return here + tuple(rest)


def read(source):
    """The files of a crate by their module; those of its root are one."""
    files = {}
    for path in sorted(source.rglob("*.rs")):
        module = path.relative_to(source).with_suffix("").parts
        if module[-1] == "mod":
            module = module[:-1]
        if module == ("main",) and (source / "lib.rs").exists():
            continue
        if module in (("lib",), ("main",)):
            module = ()
        files[module] = (path, File(module, path.read_text()))
    return files


def target(files, path, seen=()):
    """The module of the file that a path leads to."""
    module = path
    while module not in files:
        module = module[:-1]
    rest = path[len(module) :]
    given_on = files[module][1].given_on.get(rest[0]) if rest else None
    if given_on is None or path in seen:
        return module
    return target(files, given_on + rest[1:], (*seen, path))


def graph(source):
    """Which files of a crate each of its files depends on, by their modules."""
    files = read(source)
    edges = defaultdict(set)
    for module, (_, file) in files.items():
        paths = list(file.paths)
        for alias, path in file.given_on.items():
            if path[: len(module)] != module or alias in file.words:
                paths.append(path)
        edges[module] = {target(files, path) for path in paths if () in files or path} - {module}
    return {module: path for module, (path, _) in files.items()}, edges


def circle(edges):
    """A shortest way that ends where it began, if there is one."""
    shortest = None
    for start in sorted(edges):
        ways, known = [[start]], {start}
        while ways:
            way = ways.pop(0)
            if shortest and len(way) >= len(shortest):
                break
            if start in edges.get(way[-1], ()):
                shortest = way
                break
            for further in sorted(edges.get(way[-1], set()) - known):
                known.add(further)
                ways.append([*way, further])
    return shortest


def circles(edges):
    """Circles, each with what it has to do with no other of them."""
    edges = {module: set(others) for module, others in edges.items()}
    while way := circle(edges):
        yield way
        for module in way:
            edges.pop(module)


def modules(edges):
    """Which modules directly below the root depend on which."""
    above = defaultdict(set)
    for one, others in edges.items():
        if one:
            above[one[0]].update(other[0] for other in others if other and other[0] != one[0])
    return above


def problems(source):
    """A sentence about each circle of a crate."""
    paths, edges = graph(source)
    for way in circles(edges):
        names = [str(paths[module].relative_to(source)) for module in [*way, way[0]]]
        yield f"{source}: files import each other: {' -> '.join(names)}."
    above = modules(edges)
    for one, others in sorted(above.items()):
        for other in sorted(others):
            if one < other and one in above.get(other, ()):
                yield f"{source}: the modules {one} and {other} import each other."


def main():
    found = [sentence for source in SOURCES for sentence in problems(source)]
    if found:
        print("\n".join(found))
        print("Move what both need into a third file, or what one needs of the other to where it belongs.")
    sys.exit(bool(found))


if __name__ == "__main__":
    main()
