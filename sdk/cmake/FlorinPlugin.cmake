# florin_plugin(name [SOURCES file...])
#
# Makes name.so from the sources, by default every .c and .cpp of the folder. It exports the entry and nothing else:
# hidden visibility alone would still let symbols of the standard library out, so a version script is linked in.
function(florin_plugin name)
  cmake_parse_arguments(arg "" "" "SOURCES" ${ARGN})
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  add_library(${name} MODULE ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE Florin::sdk)
  target_link_options(${name} PRIVATE "LINKER:--version-script=${FLORIN_PLUGIN_MAP}")
  if(NOT FLORIN_SANITIZE)  # a sanitizer's own symbols come from the program that loads the plugin
    target_link_options(${name} PRIVATE LINKER:--no-undefined)
  endif()
  set_target_properties(${name} PROPERTIES PREFIX "" SUFFIX ".so" POSITION_INDEPENDENT_CODE ON
    C_VISIBILITY_PRESET hidden CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
    LINK_DEPENDS ${FLORIN_PLUGIN_MAP})
  if(FLORIN_PLUGIN_OUTPUT_DIRECTORY)
    set_property(TARGET ${name} PROPERTY LIBRARY_OUTPUT_DIRECTORY ${FLORIN_PLUGIN_OUTPUT_DIRECTORY})
  endif()
endfunction()
