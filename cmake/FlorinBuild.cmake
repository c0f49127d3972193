# How everything here is compiled, once.

set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/bin)
set(CMAKE_LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib)
set(CMAKE_ARCHIVE_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/archive)
set(FLORIN_PLUGIN_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/lib/florin/plugins)

find_program(FLORIN_CCACHE ccache)
if(FLORIN_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${FLORIN_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${FLORIN_CCACHE})
endif()
find_program(FLORIN_MOLD mold)
if(FLORIN_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Warnings are GCC's: Clang compiles the sanitizers' builds (tools/sanitize) and the fuzzers only.
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wconversion -Wshadow=local)
  add_compile_options($<$<COMPILE_LANGUAGE:CXX>:-Wnon-virtual-dtor> $<$<COMPILE_LANGUAGE:CXX>:-Woverloaded-virtual>)
  # GCC 12 reports these falsely inside its own optional, variant and string.
  add_compile_options(-Wno-maybe-uninitialized $<$<COMPILE_LANGUAGE:CXX>:-Wno-missing-field-initializers>)
endif()
# A compile takes half a gigabyte and ends; collecting its garbage meanwhile takes a tenth of its time.
add_compile_options("$<$<COMPILE_LANG_AND_ID:CXX,GNU>:--param=ggc-min-heapsize=1048576>")
if(CMAKE_BUILD_TYPE STREQUAL "Release")
  add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-array-bounds)
endif()

# In a release the path of a debit is compiled with -O3. What runs once a start, a file or a test is not worth the
# compiler's time: a folder that calls this compiles with -O1, a third faster (docs/decisions/0047-build.md).
macro(florin_seldom_run)
  string(REPLACE "-O3" "-O1" CMAKE_CXX_FLAGS_RELEASE "${CMAKE_CXX_FLAGS_RELEASE}")
endmacro()

set(FLORIN_SANITIZE "" CACHE STRING "Sanitizers to build with, such as address,undefined or thread")
if(FLORIN_SANITIZE)
  add_compile_options(-fsanitize=${FLORIN_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${FLORIN_SANITIZE})
  add_compile_definitions(_GLIBCXX_ASSERTIONS)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang" AND FLORIN_SANITIZE MATCHES "undefined")
    # The first two compare types by address, and a type that a plugin and the host both have is one in each of them. The
    # others take a third of the compile time (docs/decisions/0360-what-sanitizers-look-for.md).
    add_compile_options(-fno-sanitize=vptr,function,null,alignment,object-size)
  endif()
endif()

option(FLORIN_TOGETHER "Compile several files at a time: quicker from nothing, slower for one file" OFF)
# docs/decisions/0047-build.md says what each way takes.
function(florin_together name)
  if(FLORIN_TOGETHER)
    set_target_properties(${name} PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 6)
    # What is unnamed in a file that another one includes is told of as if it were a header.
    target_compile_options(${name} PRIVATE $<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-subobject-linkage>)
  endif()
endfunction()

# A folder of core: every .cpp in it and in its subfolders that are no library of their own, linked into libflorin and, one by one, into the unit tests.
function(florin_library name)
  cmake_parse_arguments(arg "" "" "LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*.cpp)
  file(GLOB apart CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*/CMakeLists.txt)
  foreach(folder ${apart})
    get_filename_component(folder ${folder} DIRECTORY)
    list(FILTER sources EXCLUDE REGEX "^${folder}/")
  endforeach()
  add_library(${name} STATIC ${sources})
  florin_together(${name})
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR}/core ${PROJECT_SOURCE_DIR}/core/include)
  target_link_libraries(${name} PUBLIC ${arg_LINK})
endfunction()

# The domain's headers take two thirds of a file's compile time, so florin_domain compiles them once for every target that
# sees them. Files still include what they need: tests/tree compiles each header alone. Hashing the precompiled header
# costs ccache as much as the compiler saves by it, so these targets go without (docs/decisions/0047-build.md).
function(florin_precompile name)
  set_target_properties(${name} PROPERTIES CXX_COMPILER_LAUNCHER "")
  if(name STREQUAL florin_domain)
    target_precompile_headers(florin_domain PRIVATE ${ARGN})
  else()
    target_precompile_headers(${name} REUSE_FROM florin_domain)
  endif()
endfunction()
