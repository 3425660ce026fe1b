// brink._core: the library for the Python package brink, which adds what Python people expect.
#include "brink/base/parallel.h"
#include "brink/solve/helper.h"
#include "brink/solve/library.h"
#include "net.h"

NB_MODULE(_core, m) {
  namespace python = brink::python;
  m.attr("version") = BRINK_VERSION;
  nanobind::exception<python::RequestFault>(m, "RequestError", PyExc_ValueError);
  nanobind::exception<python::SolverFault>(m, "SolverError", PyExc_RuntimeError);
  m.def("hardware_threads", &brink::hardware_threads);
  m.def("solve_by", [](const std::string& helper) { brink::solve_by(helper); });
  m.def("look_in_environment", [](const std::string& root) { brink::look_in_environment(root); });
  python::add_network(m);
  python::add_bounds(m);
  python::add_questions(m);
  python::add_training(m);
  python::add_store(m);
  python::add_verify(m);
  python::add_radius(m);
  python::add_compare(m);
  python::add_certificates(m);
}
