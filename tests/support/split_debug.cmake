# SPDX-License-Identifier: Apache-2.0
#
# pycore_split_debug(TARGET): beside the executable TARGET, as a distribution would ship it,
#   TARGET.stripped   without symbols and DWARF, with a .gnu_debuglink
#   TARGET.debug      what was split off
function(pycore_split_debug target)
  set(program $<TARGET_FILE:${target}>)
  add_custom_command(
    OUTPUT ${target}.stripped ${target}.debug
    COMMAND ${CMAKE_OBJCOPY} --only-keep-debug ${program} ${target}.debug
    COMMAND ${CMAKE_OBJCOPY} --strip-all --add-gnu-debuglink=${target}.debug ${program} ${target}.stripped
    DEPENDS ${target} VERBATIM)
  add_custom_target(${target}_split ALL DEPENDS ${target}.stripped)
endfunction()
