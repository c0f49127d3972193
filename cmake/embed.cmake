# cmake -DFROM=folder -DRUST=florin.rs -DTO=file.cpp -P embed.cmake: every file of a folder, and the Rust interface, as
# texts of a C++ file.
file(GLOB_RECURSE names RELATIVE ${FROM} ${FROM}/*)
list(SORT names)
set(out "#include \"ops/templates.hpp\"\n\nnamespace florin::ops {\n\nstd::span<const TemplateFile> template_files() {\n  static constexpr TemplateFile files[] = {\n")
foreach(name ${names})
  file(READ ${FROM}/${name} text)
  string(APPEND out "      {\"${name}\", R\"florin_kit(${text})florin_kit\"},\n")
endforeach()
file(READ ${RUST} text)
string(APPEND out "      {\"rust/florin.rs\", R\"florin_kit(${text})florin_kit\"},\n")
string(APPEND out "  };\n  return files;\n}\n\n}  // namespace florin::ops\n")
file(WRITE ${TO} "${out}")
