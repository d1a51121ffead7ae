// Reading HTTP/1.1 messages from bytes: pure, no socket. The only users of Beast's parser; message_readers.cpp alone includes it.
#pragma once
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "shared/net/http.hpp"

namespace phien::net {

enum class Step {
  more,
  done,
  bad
};  // needs more bytes; has what it was made for; refuses: nothing after it on this connection is read

// The head of one request. The body's length is known after it; reading it is the connection's affair.
class HeadReader {
 public:
  HeadReader(Request& into, std::size_t max_header_bytes);
  ~HeadReader();
  Step take(std::string& inbox);         // consumes from its front
  std::uint64_t content_length() const;  // after done
  bool keep_alive() const;               // after done; never for HTTP/1.0
  bool expects_continue() const;         // after done
  int refused_with() const;              // after bad: a status
  struct Parser;

 private:
  std::unique_ptr<Parser> parser_;
};

// One whole answer; interim ones (1xx) are skipped.
class AnswerReader {
 public:
  AnswerReader(bool to_head_request, std::size_t max_body);
  ~AnswerReader();
  Step take(std::string& inbox);
  Step take_end();           // the peer closed: done if the answer was delimited by that
  bool begun() const;        // something of the answer was read
  bool keep_alive() const;   // after done
  Response take_response();  // after done
  struct Parser;

 private:
  bool skip_body_;
  std::size_t max_body_;
  bool begun_ = false;
  std::unique_ptr<Parser> parser_;
};

std::string_view reason_phrase(int status);

}  // namespace phien::net
