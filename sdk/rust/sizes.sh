#!/usr/bin/env bash
# Prints the size of every struct of florin/plugin.h, for generate.py.
set -euo pipefail
cd "$(dirname "$0")/.."
program=$(mktemp -d)
trap 'rm -r "$program"' EXIT
{
  echo '#include <florin/plugin.h>'
  echo '#include <stdio.h>'
  echo 'int main(void) {'
  grep -oE '^\} florin_[a-z_0-9]+;' include/florin/plugin.h | tr -d '};' |
    while read -r name; do echo "printf(\"$name %zu\\n\", sizeof($name));"; done
  echo 'return 0; }'
} > "$program/sizes.c"
cc -Iinclude "$program/sizes.c" -o "$program/sizes" && "$program/sizes"
