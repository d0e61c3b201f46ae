#!/usr/bin/env python3
"""Plants circles of imports in small crates and looks whether import_circles.py finds them, and no others."""
import tempfile
import unittest
from pathlib import Path

from import_circles import problems


def found(files):
    """The sentences about a crate of these files."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return [sentence.removeprefix(f"{folder}: ") for sentence in problems(Path(folder))]


class Circles(unittest.TestCase):
    def test_of_modules(self):
        crate = {"lib.rs": "mod a; mod b;", "a.rs": "use crate::b::B;", "b.rs": "fn b() { crate::a::a() }"}
        self.assertEqual(
            found(crate),
            ["files import each other: a.rs -> b.rs -> a.rs.", "the modules a and b import each other."],
        )

    def test_of_three_files_of_a_folder(self):
        crate = {
            "lib.rs": "mod a;",
            "a/mod.rs": "mod x; mod y; mod z;",
            "a/x.rs": "use super::y;",
            "a/y.rs": "use crate::a::{z::{Z, Other}, y};",
            "a/z.rs": "use super::x::X as Another;",
        }
        self.assertEqual(found(crate), ["files import each other: a/x.rs -> a/y.rs -> a/z.rs -> a/x.rs."])

    def test_of_modules_without_one_of_files(self):
        crate = {
            "lib.rs": "mod a; mod b;",
            "a/mod.rs": "mod x; mod y;",
            "a/x.rs": "use crate::b::B;",
            "a/y.rs": "",
            "b.rs": "use crate::a::y::Y;",
        }
        self.assertEqual(found(crate), ["the modules a and b import each other."])

    def test_with_the_root(self):
        crate = {"lib.rs": "mod a; use a::A; pub struct Thing;", "a.rs": "use crate::Thing;"}
        self.assertEqual(found(crate), ["files import each other: lib.rs -> a.rs -> lib.rs."])

    def test_with_a_child_that_is_called_by_its_path(self):
        crate = {"lib.rs": "mod a;", "a.rs": "mod x; struct A; fn a() { x::x() }", "a/x.rs": "use super::A;"}
        self.assertEqual(found(crate), ["files import each other: a.rs -> a/x.rs -> a.rs."])

    def test_with_a_child_whose_thing_is_given_on_and_used(self):
        crate = {"lib.rs": "mod a;", "a.rs": "mod x; pub use x::X; struct A(X);", "a/x.rs": "use super::A;"}
        self.assertEqual(found(crate), ["files import each other: a.rs -> a/x.rs -> a.rs."])


class NoCircles(unittest.TestCase):
    def test_where_a_parent_declares_and_gives_on(self):
        crate = {
            "lib.rs": "pub mod a; pub use a::X;",
            "a/mod.rs": "mod x; mod y; pub use x::X; pub(crate) use y::{Y, y}; pub struct A;",
            "a/x.rs": "use super::{A, Y}; use crate::a::y as other;",
            "a/y.rs": "use super::A;",
        }
        self.assertEqual(found(crate), [])

    def test_in_comments_quotes_and_tests(self):
        crate = {
            "lib.rs": "mod a; mod b;",
            "a.rs": "use crate::b::B;",
            "b.rs": '// crate::a\n/// [`crate::a::A`]\nconst B: &str = "crate::a { \\" {";\n'
            "#[cfg(test)]\nmod tests {\n    use crate::a::A;\n}\n",
        }
        self.assertEqual(found(crate), [])

    def test_where_super_is_the_file_itself(self):
        crate = {
            "lib.rs": "mod a;",
            "a/mod.rs": "mod x; use x::X; struct A;",
            "a/x.rs": "struct Y; mod inner { use super::Y; } mod outer { mod inner { use super::super::Y; } }",
        }
        self.assertEqual(found(crate), [])


if __name__ == "__main__":
    unittest.main()
