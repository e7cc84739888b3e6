# SPDX-License-Identifier: Apache-2.0
#
# Starting `pycore` is a third of answering a small core, and most of a start is loading shared libraries.
# So the libraries' archives are linked where the distribution has them, and only what is called of them.

# prefer_archives(TARGET SYMBOLS symbol... NAMES name...): TARGET links libNAME.a for each NAME that has one, in
# this order. It stays as it is if the first has none, or if a program that calls the SYMBOLS does not link:
# distributions leave out archives, or private parts that they need.
function(prefer_archives target)
  cmake_parse_arguments(archive "" "" "SYMBOLS;NAMES" ${ARGN})
  set(files "")
  foreach(name IN LISTS archive_NAMES)
    find_library(pycore_archive_${name} NAMES lib${name}.a ${name})
    mark_as_advanced(pycore_archive_${name})
    if(NOT pycore_archive_${name} OR (NOT files AND NOT pycore_archive_${name} MATCHES "\\.a$"))
      return()
    endif()
    list(APPEND files ${pycore_archive_${name}})
  endforeach()
  set(program "")
  set(calls "")
  foreach(symbol IN LISTS archive_SYMBOLS)
    string(APPEND program "char ${symbol}(void);\n")
    string(APPEND calls "${symbol}() + ")
  endforeach()
  list(GET archive_NAMES 0 first)
  set(source ${CMAKE_BINARY_DIR}/CMakeFiles/calls_${first}.c)
  file(WRITE ${source} "${program}int main(void) { return ${calls}0; }\n")
  try_compile(pycore_links_${first} ${CMAKE_BINARY_DIR} ${source} LINK_LIBRARIES ${files})
  if(NOT pycore_links_${first})
    message(STATUS "lib${first}.a cannot be linked; the shared library is")
    return()
  endif()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${files})
  else()  # one file, whatever its configurations are called
    set_property(TARGET ${target} PROPERTY IMPORTED_CONFIGURATIONS)
    set_property(TARGET ${target} PROPERTY IMPORTED_LOCATION ${files})
  endif()
endfunction()
