# SPDX-License-Identifier: Apache-2.0
#
# Starting `pycore` is a third of answering a small core, and most of a start is loading shared libraries.
# So the libraries' archives are linked where the distribution has them, and only what is called of them.

# prefer_archives(TARGET NAME...): TARGET links libNAME.a for each NAME that has one, in this order. It stays
# as it is if the first has none, or if another is not there at all.
function(prefer_archives target)
  foreach(name IN LISTS ARGN)
    find_library(pycore_archive_${name} NAMES lib${name}.a ${name})
    mark_as_advanced(pycore_archive_${name})
    if(NOT pycore_archive_${name} OR (NOT files AND NOT pycore_archive_${name} MATCHES "\\.a$"))
      return()
    endif()
    list(APPEND files ${pycore_archive_${name}})
  endforeach()
  get_target_property(type ${target} TYPE)
  if(type STREQUAL "INTERFACE_LIBRARY")
    set_property(TARGET ${target} PROPERTY INTERFACE_LINK_LIBRARIES ${files})
  else()  # one file, whatever its configurations are called
    set_property(TARGET ${target} PROPERTY IMPORTED_CONFIGURATIONS)
    set_property(TARGET ${target} PROPERTY IMPORTED_LOCATION ${files})
  endif()
endfunction()
