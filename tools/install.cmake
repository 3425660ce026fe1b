# cmake --install: programs, headers, libraries, a CMake package with the folders as components, pkg-config.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

install(TARGETS brink RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(TARGETS brink-solve RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
if(BRINK_CHECK)
  install(TARGETS brink-check RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()
if(BRINK_MPI)
  install(TARGETS brink-mpi RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

get_property(MODULES GLOBAL PROPERTY BRINK_MODULES)
set(BRINK_PC_LIBS "")
foreach(MODULE ${MODULES})
  string(REPLACE brink_ "" NAME ${MODULE})
  set_target_properties(${MODULE} PROPERTIES EXPORT_NAME ${NAME})
  if(NOT NAME STREQUAL mpi)
    string(PREPEND BRINK_PC_LIBS "-l${MODULE} ")  # each uses those before it
  endif()
endforeach()
install(TARGETS ${MODULES} EXPORT brinkTargets ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(DIRECTORY ${PROJECT_SOURCE_DIR}/src/brink DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.def" PATTERN "web" EXCLUDE)

set(BRINK_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/brink)
install(EXPORT brinkTargets NAMESPACE brink:: DESTINATION ${BRINK_CMAKE_DIR})
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/brinkConfig.cmake.in
                              ${PROJECT_BINARY_DIR}/brinkConfig.cmake
                              INSTALL_DESTINATION ${BRINK_CMAKE_DIR})
write_basic_package_version_file(${PROJECT_BINARY_DIR}/brinkConfigVersion.cmake
                                 COMPATIBILITY SameMinorVersion)  # 0.x: minor versions may break
install(FILES ${PROJECT_BINARY_DIR}/brinkConfig.cmake ${PROJECT_BINARY_DIR}/brinkConfigVersion.cmake
        DESTINATION ${BRINK_CMAKE_DIR})

# Man pages and shell completion, by the program.
set(MADE ${PROJECT_BINARY_DIR}/made)
install(CODE "
  file(MAKE_DIRECTORY ${MADE})
  execute_process(COMMAND $<TARGET_FILE:brink> manual -o ${MADE}/man1 COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)
  foreach(SHELL bash zsh fish)
    execute_process(COMMAND $<TARGET_FILE:brink> completion \${SHELL} OUTPUT_FILE ${MADE}/brink.\${SHELL}
                    COMMAND_ERROR_IS_FATAL ANY)
  endforeach()
")
install(DIRECTORY ${MADE}/man1/ DESTINATION ${CMAKE_INSTALL_MANDIR}/man1)
install(FILES ${MADE}/brink.bash RENAME brink
        DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions)
install(FILES ${MADE}/brink.zsh RENAME _brink DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/site-functions)
install(FILES ${MADE}/brink.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d)

set(BRINK_PC_REQUIRES "")
if(BRINK_CURL)
  string(APPEND BRINK_PC_REQUIRES "libcurl ")
endif()
if(BRINK_CAIRO)
  string(APPEND BRINK_PC_REQUIRES "cairo-ft cairo-pdf ")
endif()
# The prefix may be given at the time of the installation.
install(CODE "
  set(BRINK_PC_LIBS \"${BRINK_PC_LIBS}\")
  set(BRINK_PC_REQUIRES \"${BRINK_PC_REQUIRES}\")
  set(PROJECT_DESCRIPTION \"${PROJECT_DESCRIPTION}\")
  set(PROJECT_VERSION \"${PROJECT_VERSION}\")
  set(CMAKE_INSTALL_LIBDIR \"${CMAKE_INSTALL_LIBDIR}\")
  set(CMAKE_INSTALL_INCLUDEDIR \"${CMAKE_INSTALL_INCLUDEDIR}\")
  configure_file(\"${CMAKE_CURRENT_LIST_DIR}/brink.pc.in\" \"${PROJECT_BINARY_DIR}/brink.pc\" @ONLY)
")
install(FILES ${PROJECT_BINARY_DIR}/brink.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
