// A file is downloaded into memory (the largest has 26 MB), checked, and only then written: nothing
// half-downloaded or wrong is ever on the disk.
#include "brink/data/fetch.h"

#include <curl/curl.h>

#include <array>
#include <memory>
#include <mutex>

#include "brink/base/digest.h"
#include "brink/base/files.h"

namespace brink {

namespace fs = std::filesystem;

namespace {

struct CleanUp {
  void operator()(CURL* curl) const { curl_easy_cleanup(curl); }
};
using Curl = std::unique_ptr<CURL, CleanUp>;

/// What has come so far, and when to stop.
struct Download {
  std::string bytes;
  std::uint64_t most = 0;  ///< more than this is not the file we want
  const std::atomic<bool>* interrupt = nullptr;
};

std::size_t receive(char* data, std::size_t one, std::size_t count, void* user) {
  auto& download = *static_cast<Download*>(user);
  if (download.bytes.size() + one * count > download.most) return 0;  // curl: CURLE_WRITE_ERROR
  download.bytes.append(data, one * count);
  return one * count;
}

int proceed(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& download = *static_cast<const Download*>(user);
  return download.interrupt != nullptr && download.interrupt->load() ? 1 : 0;
}

Curl open_curl() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  return Curl(curl_easy_init());
}

void configure(CURL* curl, const std::string& url, Download& download, int stall_seconds,
               char* reason) {
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(curl, CURLOPT_MAXREDIRS, 5L);
  curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(stall_seconds));
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(stall_seconds));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &download);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, proceed);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &download);
  curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, reason);
}

Expected<std::string> download_file(const std::string& url, std::uint64_t size,
                                    const FetchOptions& options) {
  const Curl curl = open_curl();
  if (curl == nullptr) return failure("libcurl could not be started");
  Download download{{}, size, options.interrupt};
  std::array<char, CURL_ERROR_SIZE> reason{};
  configure(curl.get(), url, download, options.stall_seconds, reason.data());
  const CURLcode code = curl_easy_perform(curl.get());
  switch (code) {
    case CURLE_OK:
      return std::move(download.bytes);
    case CURLE_ABORTED_BY_CALLBACK:
      return tl::unexpected<Error>(
          Error{Error::Kind::interrupted, "interrupted; files already fetched are kept"});
    case CURLE_WRITE_ERROR:
      return bad_request("{} is larger than the {} bytes of the published file: is it the same?",
                         url, size);
    case CURLE_HTTP_RETURNED_ERROR: {
      long status = 0;
      curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
      return bad_request("{} is not there: the server answers {}; --from URL names another place",
                         url, status);
    }
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return bad_request("'{}' is no http or https address: {}", url, curl_easy_strerror(code));
    default:
      return failure("could not fetch {}: {}; try again, or name another place by --from URL", url,
                     reason[0] != '\0' ? reason.data() : curl_easy_strerror(code));
  }
}

/// What is wrong with the bytes of a file; empty: nothing.
std::string difference(const RemoteFile& file, const std::string& bytes) {
  const std::span<const unsigned char> view(reinterpret_cast<const unsigned char*>(bytes.data()),
                                            bytes.size());
  if (bytes.size() != file.size) {
    return fmt::format("it has {} bytes, the published file {}", bytes.size(), file.size);
  }
  if (!file.md5.empty() && md5(view) != file.md5) {
    return fmt::format("its MD5 is {}, the published one {}", md5(view), file.md5);
  }
  if (!file.sha256.empty() && sha256(view) != file.sha256) {
    return fmt::format("its SHA-256 is {}, expected {}", sha256(view), file.sha256);
  }
  return "";
}

bool already_there(const RemoteFile& file, const fs::path& path) {
  std::error_code code;
  if (!fs::is_regular_file(path, code)) return false;
  const auto bytes = read_file(path);
  return bytes && difference(file, *bytes).empty();
}

Expected<void> fetch_file(const RemoteFile& file, const std::string& base, const fs::path& folder,
                          const FetchOptions& options) {
  const fs::path path = folder / file.name;
  const auto note = [&](const char* what) {
    if (options.note) options.note(fmt::format("{}: {} bytes, {}", path.string(), file.size, what));
  };
  if (already_there(file, path)) {
    note("already there");
    return {};
  }
  const std::string url = base + file.name;
  const auto bytes = download_file(url, file.size, options);
  if (!bytes) return tl::unexpected<Error>(bytes.error());
  if (const std::string wrong = difference(file, *bytes); !wrong.empty()) {
    return bad_request("{} is not the published file: {}; nothing was written", url, wrong);
  }
  std::error_code code;
  fs::create_directories(folder, code);
  if (code) return bad_request("cannot create '{}': {}", folder.string(), code.message());
  if (auto ok = write_file(path, *bytes); !ok) return ok;
  note("fetched and checked");
  return {};
}

}  // namespace

Expected<void> fetch(const RemoteSet& set, const fs::path& folder, const FetchOptions& options) {
  const std::string base = set.base_url.ends_with('/') ? set.base_url : set.base_url + '/';
  for (const RemoteFile& file : set.files) {
    if (auto ok = fetch_file(file, base, folder, options); !ok) return ok;
  }
  return {};
}

}  // namespace brink
