#!/usr/bin/env python3
"""Lists the crates that are linked into one program, as a CycloneDX software bill of materials.

    sbom.py FILE CARGO-TREE-ARGUMENT…    such as: sbom.py target/sbom/server.cdx.json -p quince

`cargo tree` says what is linked, with the features that this program is built with; build scripts and macros, which are not shipped, are
left out. Checksums come from Cargo.lock. Neither a time nor a random number is in the file: the same sources give the same file.
"""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

TREE = ["cargo", "tree", "--locked", "--edges", "normal,no-proc-macro"]


def output(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def reference(crate):
    name, version = crate
    return f"pkg:cargo/{name}@{version}"


def linked(arguments):
    """The crates with their licences and sources, and what each needs itself; the program is the first."""
    crates, needs, path = {}, {}, []
    for line in output(*TREE, "--prefix", "depth", "--format", "{p}\t{l}\t{r}", *arguments).splitlines():
        if not line:
            continue
        package, licence, repository = line.removesuffix(" (*)").split("\t")
        depth, name, version = re.match(r"(\d+)(\S+) v(\S+)", package).groups()
        crate = (name, version)
        crates.setdefault(crate, (licence.strip(), repository.strip()))
        del path[int(depth) :]
        if path:
            needs.setdefault(path[-1], set()).add(crate)
        path.append(crate)
    return crates, needs


def component(crate, licence, repository, checksum, kind="library"):
    name, version = crate
    entry = {"type": kind, "bom-ref": reference(crate), "name": name, "version": version}
    if checksum:
        entry["hashes"] = [{"alg": "SHA-256", "content": checksum}]
    if licence:
        # Older crates write MIT/Apache-2.0 for what SPDX writes with OR.
        entry["licenses"] = [{"expression": re.sub(r"\s*/\s*", " OR ", licence)}]
    if checksum:
        entry["purl"] = reference(crate)
    if repository:
        entry["externalReferences"] = [{"type": "vcs", "url": repository}]
    return entry


def bill(arguments):
    crates, needs = linked(arguments)
    root = next(iter(crates))
    locked = {(p["name"], p["version"]): p for p in tomllib.loads(Path("Cargo.lock").read_text())["package"]}
    for crate in crates:
        package = locked.get(crate)
        # What comes from a registry has a checksum; our own crates have no source.
        if package is None or ("source" in package) != ("checksum" in package):
            sys.exit(f"{crate[0]} {crate[1]} is linked but not locked with a checksum.")
    listed = {
        crate: component(
            crate, licence, repository, locked[crate].get("checksum"), kind="application" if crate == root else "library"
        )
        for crate, (licence, repository) in sorted(crates.items())
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": {"component": listed.pop(root)},
        "components": list(listed.values()),
        "dependencies": [
            {"ref": reference(crate), "dependsOn": sorted(map(reference, needs.get(crate, ())))} for crate in sorted(crates)
        ],
    }


def check(file, arguments):
    """Reads the file as others will: it names this version of the program, and each crate that cargo links into it once."""
    written = json.loads(file.read_text())
    program = written["metadata"]["component"]
    version = tomllib.loads(Path("Cargo.toml").read_text())["workspace"]["package"]["version"]
    if program["version"] != version:
        sys.exit(f"{file} is about {program['name']} {program['version']}, and this is {version}.")
    plain = output(*TREE, "--prefix", "none", "--no-dedupe", "--format", "{p}", *arguments)
    expected = {tuple(line.split()[:2]) for line in plain.splitlines() if line}
    named = [(entry["name"], "v" + entry["version"]) for entry in [program, *written["components"]]]
    if sorted(named) != sorted(expected):
        sys.exit(f"{file} differs from what is linked: {sorted(set(named) ^ expected) or 'a crate stands twice'}")
    print(f"{file}: {program['name']} {version} and {len(named) - 1} crates")


def main():
    file, arguments = Path(sys.argv[1]), sys.argv[2:]
    text = json.dumps(bill(arguments), indent=1) + "\n"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    check(file, arguments)


main()
