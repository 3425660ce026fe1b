#include "brink/solve/helper.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstring>
#include <mutex>

namespace brink {

namespace {

std::mutex g_mutex;
std::filesystem::path g_helper;

constexpr std::uint64_t kMagic = 0x32766c6f736b7262;  // "brksolv2"

class Packer {
 public:
  template <class T>
  void put(const T& value) {
    static_assert(std::is_trivially_copyable_v<T>);
    bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  }
  void put(const std::string& text) {
    put(text.size());
    bytes_ += text;
  }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

class Unpacker {
 public:
  explicit Unpacker(const std::string& bytes) : bytes_(&bytes) {}
  template <class T>
  T get() {
    T value{};
    if (bytes_->size() - at_ < sizeof value) {
      good_ = false;
      return value;
    }
    std::memcpy(&value, bytes_->data() + at_, sizeof value);
    at_ += sizeof value;
    return value;
  }
  std::string text() {
    const auto size = count(1);
    std::string result = bytes_->substr(at_, size);
    at_ += size;
    return result;
  }
  /// How many items follow, of at least so many bytes each.
  std::size_t count(std::size_t each) {
    const auto number = get<std::size_t>();
    if (good_ && number <= (bytes_->size() - at_) / each) return number;
    good_ = false;
    return 0;
  }
  bool ended() const { return good_ && at_ == bytes_->size(); }

 private:
  const std::string* bytes_;
  std::size_t at_ = 0;
  bool good_ = true;
};

void put_row(Packer& packer, const Row& row) {
  packer.put(row.name);
  packer.put(row.lower);
  packer.put(row.upper);
  packer.put(row.terms.size());
  for (const Term& term : row.terms) {
    packer.put(term.column);
    packer.put(term.coefficient);
  }
}

Row get_row(Unpacker& unpacker) {
  Row row;
  row.name = unpacker.text();
  row.lower = unpacker.get<double>();
  row.upper = unpacker.get<double>();
  row.terms.resize(unpacker.count(sizeof(int) + sizeof(double)));
  for (Term& term : row.terms) {
    term.column = unpacker.get<int>();
    term.coefficient = unpacker.get<double>();
  }
  return row;
}

void put_program(Packer& packer, const Program& program) {
  packer.put(program.offset);
  packer.put(program.columns.size());
  for (const Column& column : program.columns) {
    packer.put(column.name);
    packer.put(column.lower);
    packer.put(column.upper);
    packer.put(column.cost);
    packer.put(column.integer);
    packer.put(column.square);
  }
  packer.put(program.rows.size());
  for (const Row& row : program.rows) put_row(packer, row);
  packer.put(program.indicators.size());
  for (const Indicator& indicator : program.indicators) {
    packer.put(indicator.binary);
    packer.put(indicator.value);
    put_row(packer, indicator.row);
  }
  packer.put(program.sos2.size());
  for (const Sos2& set : program.sos2) {
    packer.put(set.name);
    packer.put(set.columns.size());
    for (const int column : set.columns) packer.put(column);
  }
}

Program get_program(Unpacker& unpacker) {
  Program program;
  program.offset = unpacker.get<double>();
  program.columns.resize(unpacker.count(4 * sizeof(double)));
  for (Column& column : program.columns) {
    column.name = unpacker.text();
    column.lower = unpacker.get<double>();
    column.upper = unpacker.get<double>();
    column.cost = unpacker.get<double>();
    column.integer = unpacker.get<bool>();
    column.square = unpacker.get<double>();
  }
  program.rows.resize(unpacker.count(2 * sizeof(double)));
  for (Row& row : program.rows) row = get_row(unpacker);
  program.indicators.resize(unpacker.count(2 * sizeof(double)));
  for (Indicator& indicator : program.indicators) {
    indicator.binary = unpacker.get<int>();
    indicator.value = unpacker.get<bool>();
    indicator.row = get_row(unpacker);
  }
  program.sos2.resize(unpacker.count(sizeof(std::size_t)));
  for (Sos2& set : program.sos2) {
    set.name = unpacker.text();
    set.columns.resize(unpacker.count(sizeof(int)));
    for (int& column : set.columns) column = unpacker.get<int>();
  }
  return program;
}

/// All of a descriptor from its beginning.
std::string read_all(int descriptor) {
  std::string bytes;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t count = ::read(descriptor, buffer, sizeof buffer);
    if (count > 0) bytes.append(buffer, static_cast<std::size_t>(count));
    if (count == 0 || (count < 0 && errno != EINTR)) return bytes;
  }
}

/// An anonymous file with the bytes, to be read from its beginning; -1: errno says why not.
int file_of(const std::string& bytes) {
  const int file = ::memfd_create("brink-solve", MFD_CLOEXEC);
  std::size_t done = 0;
  while (file >= 0 && done < bytes.size()) {
    const ssize_t count = ::write(file, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      ::close(file);
      return -1;
    }
    done += static_cast<std::size_t>(count);
  }
  if (file >= 0) ::lseek(file, 0, SEEK_SET);
  return file;
}

}  // namespace

void solve_by(const std::filesystem::path& helper) {
  const std::lock_guard lock(g_mutex);
  g_helper = helper;
}

std::filesystem::path solving_helper() {
  const std::lock_guard lock(g_mutex);
  return g_helper;
}

std::string to_bytes(const SolveRequest& request) {
  Packer packer;
  packer.put(kMagic);
  packer.put(request.relative_gap);
  packer.put(request.cutoff.has_value());
  packer.put(request.cutoff.value_or(0));
  packer.put(request.heuristics);
  packer.put(request.limit);
  packer.put(request.threads);
  packer.put(request.start.size());
  for (const Hint& hint : request.start) {
    packer.put(hint.column);
    packer.put(hint.value);
  }
  packer.put(request.solver);
  packer.put(request.library.string());
  put_program(packer, request.program);
  return packer.take();
}

std::optional<SolveRequest> request_from_bytes(const std::string& bytes) {
  Unpacker unpacker(bytes);
  if (unpacker.get<std::uint64_t>() != kMagic) return std::nullopt;
  SolveRequest request;
  request.relative_gap = unpacker.get<double>();
  const bool has_cutoff = unpacker.get<bool>();
  const auto cutoff = unpacker.get<double>();
  if (has_cutoff) request.cutoff = cutoff;
  request.heuristics = unpacker.get<bool>();
  request.limit = unpacker.get<double>();
  request.threads = unpacker.get<int>();
  request.start.resize(unpacker.count(sizeof(int) + sizeof(double)));
  for (Hint& hint : request.start) {
    hint.column = unpacker.get<int>();
    hint.value = unpacker.get<double>();
  }
  request.solver = unpacker.text();
  request.library = unpacker.text();
  request.program = get_program(unpacker);
  if (!unpacker.ended()) return std::nullopt;
  return request;
}

StartedHelper start_helper(const std::filesystem::path& helper, const SolveRequest& request) {
  const int file = file_of(to_bytes(request));
  if (file < 0) return {};
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) {
    ::close(file);
    return {};
  }
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, file, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  const std::string path = helper.string();
  char* const arguments[] = {const_cast<char*>(path.c_str()), nullptr};
  StartedHelper started;
  const int problem =
      ::posix_spawn(&started.pid, path.c_str(), &actions, nullptr, arguments, environ);
  ::posix_spawn_file_actions_destroy(&actions);
  ::close(file);
  ::close(ends[1]);
  if (problem != 0) {
    ::close(ends[0]);
    errno = problem;
    return {};
  }
  started.descriptor = ends[0];
  return started;
}

int serve_solve() {
  std::signal(SIGINT, SIG_IGN);  // Ctrl-C reaches the whole group: the parent decides
  const auto request = request_from_bytes(read_all(STDIN_FILENO));
  if (!request) return 2;
  // The pipe under another number: what the solver prints must not get into it.
  const int pipe = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
  if (pipe < 0) return 3;
  work(pipe, *request);
}

}  // namespace brink
