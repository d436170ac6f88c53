#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rill::net {

// The first line of a request in HTTP/1, as far as a node looks at it.
struct HttpRequest {
  std::string_view method;
  std::string_view path;  // without a query
};

// `head` is all up to the empty line. Nothing where it is no such request.
std::optional<HttpRequest> ParseHttpRequest(std::string_view head);

struct HttpResponse {
  int status = 200;
  std::string body;
  std::string_view content_type = "text/plain; charset=utf-8";
};

// With the headers that end the connection behind it; without the body for HEAD.
std::string ToBytes(const HttpResponse& response, bool with_body);

}  // namespace rill::net
