# find_package(FlorinSDK): the target Florin::sdk and the function florin_plugin.
get_filename_component(FLORIN_SDK_PREFIX "${CMAKE_CURRENT_LIST_DIR}" REALPATH)
find_path(FLORIN_SDK_INCLUDE florin/plugin.h NO_DEFAULT_PATH NO_CACHE REQUIRED
          HINTS "${FLORIN_SDK_PREFIX}/../../../include" "${FLORIN_SDK_PREFIX}/../../../../include")
if(NOT TARGET Florin::sdk)
  add_library(Florin::sdk INTERFACE IMPORTED)
  set_target_properties(Florin::sdk PROPERTIES INTERFACE_INCLUDE_DIRECTORIES "${FLORIN_SDK_INCLUDE}")
endif()
set(FLORIN_PLUGIN_MAP "${CMAKE_CURRENT_LIST_DIR}/florin_plugin.map")
include("${CMAKE_CURRENT_LIST_DIR}/FlorinPlugin.cmake")
