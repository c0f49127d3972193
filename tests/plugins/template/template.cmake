# Installs the kit, builds the template against it as its author would, and has the host load what came out.
function(run)
  execute_process(COMMAND ${ARGV} RESULT_VARIABLE result OUTPUT_VARIABLE output ERROR_VARIABLE output)
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${ARGV}:\n${output}")
  endif()
endfunction()

file(REMOVE_RECURSE ${WORK})
run(${CMAKE_COMMAND} --install ${BUILD} --component sdk --prefix ${WORK}/kit)
file(COPY ${WORK}/kit/share/florin/template DESTINATION ${WORK})
run(${CMAKE_COMMAND} -S ${WORK}/template -B ${WORK}/build -DCMAKE_PREFIX_PATH=${WORK}/kit
    -DCMAKE_CXX_COMPILER=${CXX})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${LOADER} ${WORK}/build)
