// Of builds without libcurl (BRINK_CURL=OFF): nothing is downloaded.
#include "brink/data/fetch.h"

namespace brink {

Expected<void> fetch(const RemoteSet& set, const std::filesystem::path& folder,
                     const FetchOptions&) {
  return bad_request("this brink was built without libcurl: put the files of {} into '{}' yourself",
                     set.base_url, folder.string());
}

}  // namespace brink
