# What examples/plugins/README.md says, step by step: built against the installed kit, put beside the installed plugins,
# and played by the installed program.
include(${CMAKE_CURRENT_LIST_DIR}/run.cmake)
file(REMOVE_RECURSE ${WORK})
foreach(component host dev plugins sdk)
  run(COMMAND ${CMAKE_COMMAND} --install ${BUILD} --prefix ${WORK}/florin --component ${component})
endforeach()
file(COPY ${SOURCE}/ DESTINATION ${WORK}/mine)
run(COMMAND ${CMAKE_COMMAND} -G Ninja -S ${WORK}/mine -B ${WORK}/mine/build -DCMAKE_PREFIX_PATH=${WORK}/florin
            -DCMAKE_C_COMPILER=${CC} -DCMAKE_CXX_COMPILER=${CXX} -DCMAKE_BUILD_TYPE=Debug
            "-DCMAKE_C_FLAGS=-Wall -Wextra -Wpedantic -Werror" "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Werror")
run(COMMAND ${CMAKE_COMMAND} --build ${WORK}/mine/build)
file(GLOB made ${WORK}/florin/${LIB}/florin/plugins/*.so ${WORK}/mine/build/loyalty.so ${WORK}/mine/build/vat.so)
file(COPY ${made} DESTINATION ${WORK}/mine/plugins)

set(florin ${WORK}/florin/bin/florin)
run(COMMAND ${florin} plugins ${WORK}/mine/plugins EXPECT "loyalty 1.0.0.*vat 1.0.0")
run(COMMAND ${florin} check ${WORK}/mine/florin.yaml EXPECT "1 tenant without an error: cafe")
foreach(words "" --restart --twice)
  run(COMMAND ${florin} scenario --config ${WORK}/mine/florin.yaml ${words} ${WORK}/mine/stories
      EXPECT "3 stories.*all as told")
endforeach()

# The processor: every rule, its provider's answers, and its stories in the host and isolated.
run(COMMAND ${florin} plugin check ${WORK}/mine/build/quay.so --against ${WORK}/mine/quay/exchanges EXPECT "holds")
run(COMMAND ${florin} plugin test ${WORK}/mine/quay/stories --plugin ${WORK}/mine/build/quay.so
    EXPECT "2 stories.*the same journal")
run(COMMAND ${florin} plugin check ${WORK}/mine/build/chip.so --against ${WORK}/mine/chip/exchanges EXPECT "holds")
run(COMMAND ${florin} plugin test ${WORK}/mine/chip/stories --plugin ${WORK}/mine/build/chip.so
    EXPECT "1 story.*the same journal")
run(COMMAND ${florin} plugin check ${WORK}/mine/build/half.so EXPECT "holds")
run(COMMAND ${florin} plugin test ${WORK}/mine/half/stories --plugin ${WORK}/mine/build/half.so
    EXPECT "3 stories.*the same journal")
file(GLOB shipped ${WORK}/florin/${LIB}/florin/plugins/*.so)
foreach(name quay chip half)
  file(COPY ${shipped} ${WORK}/mine/build/${name}.so DESTINATION ${WORK}/mine/${name}/plugins)
  foreach(words --restart --twice)
    run(COMMAND ${florin} scenario --config ${WORK}/mine/${name}/florin.yaml ${words} ${WORK}/mine/${name}/stories
        EXPECT "all as told")
  endforeach()
endforeach()

# A word of theirs that is wrong is said with its line, and the tenant does not start.
file(READ ${WORK}/mine/tenants/cafe.yaml cafe)
string(REPLACE "percent_per_star: 5" "percent_per_start: 5" wrong "${cafe}")
file(WRITE ${WORK}/mine/tenants/cafe.yaml "${wrong}")
execute_process(COMMAND ${florin} submit ${WORK}/data cafe ann "{\"start_trial\": {}}" --key a --as owner
                        --config ${WORK}/mine/florin.yaml
                RESULT_VARIABLE code OUTPUT_VARIABLE out ERROR_VARIABLE err)
if(NOT code EQUAL 4 OR NOT "${err}" MATCHES "cafe.yaml:[0-9:]+ credit_policy.percent_per_start: .*did you mean 'percent_per_star'")
  message(FATAL_ERROR "a wrong word of a plugin's block: ${code}\n${out}\n${err}")
endif()
