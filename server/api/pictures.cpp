// Pictures of products: uploaded by the organizer, shown to whoever may see the goods. Why they are in no journal:
// server/pictures/README.md.
#include <algorithm>

#include "server/api/route.hpp"
#include "server/pictures/thumbnail.hpp"

namespace phien::server::api {
namespace {

constexpr std::string_view kIndex = "pictures", kPicture = "picture.";
constexpr std::size_t kMaxPictures = 20'000;

std::string kept_as(const std::string& product) { return std::string(kPicture) + product; }

json index_of(const db::Snapshot& books) {
  const auto text = books.meta(kIndex);
  return text ? json::parse(*text) : json::object();
}
json index_of(const db::Transaction& tx) {
  const auto text = tx.meta(kIndex);
  return text ? json::parse(*text) : json::object();
}

[[noreturn]] void no_picture() {
  throw Refusal(404, {"unknown_picture", "product", {"Không có ảnh của sản phẩm này.", "There is no picture of this product."}});
}

// Whose goods it is, if it is in the catalogue.
std::optional<std::string> seller_of(const ledger::Reader& books, const std::string& product) {
  const auto items = ledger::catalogue_items(books);
  const auto found = items.products.find(product);
  return found == items.products.end() ? std::nullopt : std::optional(found->second.value("exhibitor", ""));
}

bool may_see(const Scope& scope, const std::optional<std::string>& seller) {
  return !scope || (seller && std::find(scope->begin(), scope->end(), *seller) != scope->end());
}

// {"rows":[{"product","version"}]}: a version names one picture, so that a browser may keep it.
asio::awaitable<net::Response> list_pictures(House& house, net::Request& request) {
  only_parameters(request, {});
  const Scope scope = confined_to(house, request);
  const Milliseconds now = house.now().wall;
  const House::Work work = [scope, now](const db::Snapshot& books) {
    const auto items = ledger::catalogue_items(books);
    const json index = index_of(books);
    json rows = json::array();
    for (const auto& [product, version] : index.items()) {
      const auto found = items.products.find(product);
      if (found != items.products.end() && may_see(scope, found->second.value("exhibitor", "")))
        rows.push_back({{"product", product}, {"version", version}});
    }
    return ok({{"rows", std::move(rows)}, {"as_of", now}});
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> show_picture(House& house, net::Request& request) {
  only_parameters(request, {"version"});
  const Scope scope = confined_to(house, request);
  const std::string product = request.params.at("product");
  const House::Work work = [scope, product](const db::Snapshot& books) {
    auto bytes = books.meta(kept_as(product));
    if (!bytes || !may_see(scope, seller_of(books, product))) no_picture();
    net::Response response;
    response.content_type = "image/jpeg";
    response.body = std::move(*bytes);
    return response;
  };
  co_return co_await house.read(work);
}

asio::awaitable<net::Response> put_picture(House& house, net::Request& request) {
  only_parameters(request, {});
  const std::string product = request.params.at("product");
  if (!seller_of(*house.store().snapshot(), product))
    throw Refusal(404, {"unknown_product", "product", {"Không có sản phẩm này.", "There is no such product."}});
  std::optional<Result<std::string>> made;
  const std::function<void()> making = [&made, &request] { made.emplace(pictures::thumbnail(request.body)); };
  co_await house.aside(making);
  if (!*made) throw Refusal(422, made->problem());
  const std::string version = hex(sha256(**made)).substr(0, 16);
  const db::JournalStore::Job job = [&](db::Transaction& tx) {
    json index = index_of(tx);
    index[product] = version;
    if (index.size() > kMaxPictures)
      throw Refusal(422, {"too_many_pictures", "", {"Đã quá nhiều ảnh.", "There are too many pictures."}});
    tx.set_meta(kept_as(product), **made);
    tx.set_meta(kIndex, index.dump());
  };
  co_await house.commit(job);
  co_return ok({{"product", product}, {"version", version}, {"bytes", (*made)->size()}});
}

asio::awaitable<net::Response> remove_picture(House& house, net::Request& request) {
  only_parameters(request, {});
  const std::string product = request.params.at("product");
  const db::JournalStore::Job job = [&product](db::Transaction& tx) {
    json index = index_of(tx);
    if (index.erase(product) == 0) no_picture();
    tx.erase_meta(kept_as(product));
    tx.set_meta(kIndex, index.dump());
  };
  co_await house.commit(job);
  co_return ok({{"product", product}, {"removed", true}});
}

}  // namespace

void add_picture_routes(net::Router& router, House& house) {
  add(router, house, {"GET", "/api/v1/pictures", list_pictures});
  add(router, house, {"GET", "/api/v1/pictures/{product}", show_picture});
  add(router, house, {"PUT", "/api/v1/pictures/{product}", put_picture, pictures::kMaxUpload});
  add(router, house, {"DELETE", "/api/v1/pictures/{product}", remove_picture});
}

}  // namespace phien::server::api
