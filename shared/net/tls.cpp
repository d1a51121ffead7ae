// Keys and contexts for TLS, on OpenSSL's own C interface.
#include <memory>
#include <stdexcept>
#include <string_view>

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/address.hpp>

#include "shared/bytes.hpp"
#include "shared/net/http.hpp"
#include "shared/net/peer_key.hpp"

namespace phien::net {
namespace {

template <auto Free>
struct Freer {
  template <class T>
  void operator()(T* p) const {
    Free(p);
  }
};
using Bio = std::unique_ptr<BIO, Freer<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Names = std::unique_ptr<GENERAL_NAMES, Freer<GENERAL_NAMES_free>>;
using Name = std::unique_ptr<GENERAL_NAME, Freer<GENERAL_NAME_free>>;
using Extension = std::unique_ptr<X509_EXTENSION, Freer<X509_EXTENSION_free>>;

constexpr long kOneDay = 24L * 3600;  // also how far behind the clock of a device may be

void require(bool good, const char* what) {
  if (!good) throw std::runtime_error(fmt::format("TLS key: {} failed", what));
}

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_ctrl(bio, BIO_CTRL_INFO, 0, &data);
  return {data, static_cast<std::size_t>(size)};
}

void add_extension(X509* certificate, int nid, const char* value) {
  const Extension extension(X509V3_EXT_conf_nid(nullptr, nullptr, nid, value));
  require(extension && X509_add_ext(certificate, extension.get(), -1) == 1, "an extension");
}

void add_alternative_names(X509* certificate, const std::vector<std::string>& names) {
  if (names.empty()) return;
  const Names list(GENERAL_NAMES_new());
  require(list != nullptr, "alternative names");
  for (const std::string& text : names) {
    boost::system::error_code not_an_address;
    asio::ip::make_address(text, not_an_address);
    const int type = not_an_address ? GEN_DNS : GEN_IPADD;
    // a2i takes the text as it is: no syntax in which a comma could begin another name.
    Name name(a2i_GENERAL_NAME(nullptr, nullptr, nullptr, type, text.c_str(), 0));
    require(name && sk_GENERAL_NAME_push(list.get(), name.get()) > 0, "an alternative name");
    static_cast<void>(name.release());
  }
  require(X509_add1_ext_i2d(certificate, NID_subject_alt_name, list.get(), 0, 0) == 1, "alternative names");
}

Certificate self_signed(EVP_PKEY* key, const std::string& common_name, const std::vector<std::string>& names, int days) {
  Certificate certificate(X509_new());
  require(certificate && X509_set_version(certificate.get(), X509_VERSION_3) == 1, "a certificate");
  std::string serial = random_bytes(16);
  serial[0] = static_cast<char>((static_cast<unsigned char>(serial[0]) & 0x7f) | 0x40);  // positive, of full length
  const std::unique_ptr<BIGNUM, Freer<BN_free>> number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(serial.data()), static_cast<int>(serial.size()), nullptr));
  require(number && BN_to_ASN1_INTEGER(number.get(), X509_get_serialNumber(certificate.get())), "a serial number");
  require(X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kOneDay) &&
              X509_gmtime_adj(X509_getm_notAfter(certificate.get()), days * kOneDay),
          "a date");
  X509_NAME* subject = X509_get_subject_name(certificate.get());
  require(X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, reinterpret_cast<const unsigned char*>(common_name.data()),
                                     static_cast<int>(common_name.size()), -1, 0) == 1,
          "the common name");
  require(X509_set_issuer_name(certificate.get(), subject) == 1 && X509_set_pubkey(certificate.get(), key) == 1, "the subject");
  add_extension(certificate.get(), NID_basic_constraints, "critical,CA:FALSE");
  add_extension(certificate.get(), NID_key_usage, "critical,digitalSignature");
  add_extension(certificate.get(), NID_ext_key_usage, "serverAuth");
  add_alternative_names(certificate.get(), names);
  require(X509_sign(certificate.get(), key, EVP_sha256()) > 0, "signing");
  return certificate;
}

}  // namespace

TlsKey make_tls_key(const std::string& common_name, const std::vector<std::string>& subject_alt_names, int days) {
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
  require(key != nullptr, "making a key");
  const Certificate certificate = self_signed(key.get(), common_name, subject_alt_names, days);
  const Bio key_text(BIO_new(BIO_s_mem())), certificate_text(BIO_new(BIO_s_mem()));
  require(key_text && PEM_write_bio_PKCS8PrivateKey(key_text.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) == 1,
          "writing the key");
  require(certificate_text && PEM_write_bio_X509(certificate_text.get(), certificate.get()) == 1, "writing the certificate");
  return {text_of(key_text.get()), text_of(certificate_text.get())};
}

std::string spki_hex(const x509_st* certificate) {
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(certificate), &der);
  require(size > 0, "reading a public key");
  const std::unique_ptr<unsigned char, decltype([](unsigned char* p) { CRYPTO_free(p, "", 0); })> owner(der);
  return hex(sha256({reinterpret_cast<const char*>(der), static_cast<std::size_t>(size)}));
}

std::string spki_hex(const std::string& certificate_pem) {
  const Bio text(BIO_new_mem_buf(certificate_pem.data(), static_cast<int>(certificate_pem.size())));
  const Certificate certificate(text ? PEM_read_bio_X509(text.get(), nullptr, nullptr, nullptr) : nullptr);
  require(certificate != nullptr, "reading the certificate");
  return spki_hex(certificate.get());
}

std::shared_ptr<asio::ssl::context> tls_server_context(const TlsKey& key) {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_server);
  SSL_CTX* raw = context->native_handle();
  require(SSL_CTX_set_min_proto_version(raw, TLS1_2_VERSION) == 1, "the lowest version");
  // Terminals keep their connections, so resumption would only cost memory; and after the handshake nothing but requests is read.
  SSL_CTX_set_options(raw, SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  SSL_CTX_set_session_cache_mode(raw, SSL_SESS_CACHE_OFF);
  require(SSL_CTX_set_num_tickets(raw, 0) == 1, "tickets");
  SSL_CTX_set_mode(raw, SSL_MODE_RELEASE_BUFFERS);  // 10,000 wait
  context->use_certificate_chain(asio::buffer(key.certificate_pem));
  context->use_private_key(asio::buffer(key.key_pem), asio::ssl::context::pem);
  return context;
}

std::shared_ptr<asio::ssl::context> tls_client_context() {
  auto context = std::make_shared<asio::ssl::context>(asio::ssl::context::tls_client);
  require(SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION) == 1, "the lowest version");
  context->set_verify_mode(
      asio::ssl::verify_none);  // the key is compared by the caller; no authority stands behind a booth's laptop
  return context;
}

}  // namespace phien::net
