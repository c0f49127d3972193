#!/usr/bin/env python3
"""Writes reference.md from florin/plugin.h: every group of codes and every struct, with the comments that stand there.
Usage: generate_reference.py plugin.h > reference.md"""
import re
import sys

text = open(sys.argv[1]).read()
text = text[text.index("/* ---- Frozen values"):text.index("/* ---- Reading safely")]
print("# Every struct and code\n\nMade from `florin/plugin.h` by `generate_reference.py`: the header is the contract, this is for reading.\n")
part = re.compile(r"/\* ---- (.*?) -{3,}.*?\*/|(?:/\*.*?\*/\s*)?(?:typedef struct (\w+) \{.*?\} \w+;|enum FLORIN_CODES \{.*?\};|typedef [^{;]*;)", re.S)
for found in part.finditer(text):
    if found.group(1):
        print(f"\n## {found.group(1).strip()}\n")
        comment = re.sub(r"^/\* ---- .*?-{3,}\n?", "", found.group(0), flags=re.S).replace("*/", "").strip()
        comment = re.sub(r"\n ?\* ?", "\n", "\n" + comment).strip(" *\n-")
        if comment:
            print(comment + "\n")
        continue
    if found.group(2):
        print(f"### {found.group(2)}\n")
    body = "\n".join(line.rstrip() for line in found.group(0).strip().split("\n"))
    print("```c\n" + body.replace("FLORIN_CODES ", "") + "\n```\n")
