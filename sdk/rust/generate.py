#!/usr/bin/env python3
"""Writes florin.rs from florin/plugin.h: every struct, code and function of the interface, with its size checked by the
compiler. Usage: generate.py plugin.h sizes > florin.rs; `sizes` is what sizes.c prints."""
import re
import sys

header = open(sys.argv[1]).read()
sizes = dict(line.split() for line in open(sys.argv[2]))
minor = re.search(r"FLORIN_ABI_MINOR (\d+)", header).group(1)
text = re.sub(r"/\*.*?\*/", "", header, flags=re.S)
text = "\n".join(line for line in text.split("\n") if not line.lstrip().startswith("#"))

PLAIN = {"uint32_t": "u32", "int32_t": "i32", "uint64_t": "u64", "int64_t": "i64", "uint8_t": "u8", "char": "u8",
         "void": "c_void"}


def camel(name):
    return "".join(part.capitalize() for part in name.removeprefix("florin_").split("_"))


def rust_type(c):
    c = c.strip()
    if c.endswith("*"):
        inner = c[:-1].strip()
        const = inner.startswith("const ")
        return ("*const " if const else "*mut ") + rust_type(inner.removeprefix("const "))
    return PLAIN.get(c) or camel(c)


def argument(c):
    c = re.sub(r"\s*\b[a-z_]+$", "", c.strip()) if not c.strip().endswith("*") and " " in c.strip() else c.strip()
    return rust_type(c)


out = [
    f"// florin.rs: florin/plugin.h {minor and '1.' + minor} for Rust, made by generate.py. No crate, Rust 1.63 and later.",
    "// What each struct and code means stands in florin/plugin.h; below them are a few words that every plugin needs.",
    "#![allow(dead_code)]",
    "use std::os::raw::{c_char, c_void};",
    "",
    f"pub const ABI_MINOR: u32 = {minor};",
]
for body in re.findall(r"enum FLORIN_CODES \{(.*?)\}", text, flags=re.S):
    for name, value in re.findall(r"FLORIN_([A-Z0-9_]+)\s*=\s*(\d+)", body):
        out.append(f"pub const {name}: u32 = {value};")
out.append("pub enum Plugin {}")
out.append("pub type Operate = unsafe extern \"C\" fn(*const Plugin, *const Operation, *const Replies, *mut Arena) -> *const Step;")
for body, name in re.findall(r"typedef struct florin_\w+ \{(.*?)\} (florin_\w+);", text, flags=re.S):
    table = "(*" in body or "florin_operate" in body
    out.append("")
    out.append("#[repr(C)]\n#[derive(Clone, Copy)]")
    out.append(f"pub struct {camel(name)} {{")
    for line in re.findall(r"[^;]+", body):
        line = " ".join(line.split())
        if not line:
            continue
        pointer = re.match(r"(.+?)\(\*(\w+)\)\((.*)\)$", line)
        if pointer:
            result, field, arguments = pointer.groups()
            args = ", ".join("*const c_char" if "char*" in a else argument(a) for a in arguments.split(","))
            returns = "" if result.strip() == "void" else " -> " + rust_type(result)
            out.append(f"    pub {field}: Option<unsafe extern \"C\" fn({args}){returns}>,")
            continue
        kind, names = re.match(r"((?:const )?\w+\*?)\s*(.*)$", line).groups()
        for field in names.split(","):
            field = field.strip()
            stars = field.count("*")
            field = field.replace("*", "").strip()
            array = re.match(r"(\w+)\[(\d+)\]", field)
            if array:
                out.append(f"    pub {array.group(1)}: [{rust_type(kind)}; {array.group(2)}],")
            elif kind.rstrip("*") == "florin_operate":
                out.append(f"    pub {field}: Option<Operate>,")
            else:
                c = kind + "*" * stars
                safe = field + "_" if field in ("type", "ref", "in") else field
                out.append(f"    pub {safe}: {rust_type(c)},")
    out.append("}")
    size = sizes[name]
    out.append(f"const _: () = assert!(std::mem::size_of::<{camel(name)}>() == {size});")
    out.append(f"impl Default for {camel(name)} {{\n    fn default() -> Self {{\n        unsafe {{ std::mem::zeroed() }}\n    }}\n}}")
print("\n".join(out))
print(open(sys.argv[1].replace("include/florin/plugin.h", "rust/words.rs")).read(), end="")
