// The optimum of a model file according to the executables cbc and glpsol (packages coinor-cbc and
// glpk-utils).
#pragma once

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "brink/base/files.h"
#include "brink/program/program.h"

namespace brink::testing {

/// A fresh folder that is removed at the end.
class ScratchFolder {
 public:
  ScratchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "brink-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no scratch folder");
    path_ = name;
  }
  ~ScratchFolder() { std::filesystem::remove_all(path_); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string run_and_read(const std::string& command, const std::filesystem::path& result) {
  const std::string quiet = command + " > " + result.string() + ".log 2>&1";
  if (std::system(quiet.c_str()) != 0) {
    throw std::runtime_error(
        command + " failed: " + read_file(result.string() + ".log").value_or("(no log)"));
  }
  return read_file(result).value_or("");
}

/// `kind`: "mps" or "lp". Infinity: infeasible. Anything else than a proof throws.
inline double cbc_optimum(const std::string& model, const std::string& kind) {
  const ScratchFolder folder;
  const auto file = folder.path() / ("model." + kind);
  const auto out = folder.path() / "out";
  std::ofstream(file) << model;
  const std::string text = run_and_read(
      "cbc " + file.string() + " -primalT 1e-9 -integerT 1e-9 -ratio 0 -allow 0 -solve -solution " +
          out.string(),
      out);
  if (text.find("nfeasible") != std::string::npos) return kInfinity;
  const auto at = text.find("objective value");
  if (text.rfind("Optimal", 0) != 0 || at == std::string::npos) {
    throw std::runtime_error("cbc: " + text.substr(0, 200));
  }
  return std::stod(text.substr(at + 15));
}

inline double glpk_optimum(const std::string& model, const std::string& kind) {
  const ScratchFolder folder;
  const auto file = folder.path() / ("model." + kind);
  const auto out = folder.path() / "out";
  std::ofstream(file) << model;
  const std::string text =
      run_and_read("glpsol " + std::string(kind == "mps" ? "--freemps " : "--lp ") + file.string() +
                       " -w " + out.string(),
                   out);
  // "s mip ROWS COLUMNS o OBJECTIVE" or "s bas ROWS COLUMNS f f OBJECTIVE"; n: none exists.
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string s, method, rows, columns, status, dual;
    double objective = 0;
    words >> s >> method >> rows >> columns >> status;
    if (s != "s") continue;
    if (method == "bas") words >> dual;
    words >> objective;
    if (status == "n") return kInfinity;
    if (status == (method == "bas" ? "f" : "o")) return objective;
    // glpsol's presolver says so only in its log.
    const std::string log = read_file(out.string() + ".log").value_or("");
    if (log.find("NO PRIMAL FEASIBLE SOLUTION") != std::string::npos) return kInfinity;
    throw std::runtime_error(fmt::format("glpsol: {}\n{}", line, log));
  }
  throw std::runtime_error("glpsol: no solution line");
}

}  // namespace brink::testing
