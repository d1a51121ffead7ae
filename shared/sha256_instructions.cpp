#include "shared/sha256_instructions.hpp"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace phien {
namespace {

constexpr std::size_t kBlock = 64;

// FIPS 180-4, 4.2.2 and 5.3.3.
alignas(16) constexpr std::array<std::uint32_t, 64> kRound = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
    0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc,
    0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147,
    0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08,
    0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208,
    0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};
constexpr std::array<std::uint32_t, 8> kInitial = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                                   0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

#define WITH_SHA __attribute__((target("sha,sse4.1,ssse3")))

__m128i load(const void* from) { return _mm_loadu_si128(static_cast<const __m128i*>(from)); }

// The instructions want the state as (A B E F) and (C D G H).
struct State {
  __m128i abef, cdgh;
};

WITH_SHA State initial_state() {
  const __m128i dcba = load(kInitial.data()), hgfe = load(kInitial.data() + 4);
  const __m128i cdab = _mm_shuffle_epi32(dcba, 0xB1), efgh = _mm_shuffle_epi32(hgfe, 0x1B);
  return {_mm_alignr_epi8(cdab, efgh, 8), _mm_blend_epi16(efgh, cdab, 0xF0)};
}

WITH_SHA void four_rounds(State& state, __m128i words, std::size_t round) {
  const __m128i sum = _mm_add_epi32(words, load(kRound.data() + round));
  state.cdgh = _mm_sha256rnds2_epu32(state.cdgh, state.abef, sum);
  state.abef = _mm_sha256rnds2_epu32(state.abef, state.cdgh, _mm_shuffle_epi32(sum, 0x0E));
}

// The next four words of the schedule, from the last sixteen.
WITH_SHA __m128i next_words(__m128i w0, __m128i w1, __m128i w2, __m128i w3) {
  const __m128i sum = _mm_add_epi32(_mm_sha256msg1_epu32(w0, w1), _mm_alignr_epi8(w3, w2, 4));
  return _mm_sha256msg2_epu32(sum, w3);
}

WITH_SHA void add_blocks(State& state_out, const char* from, std::size_t blocks) {
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  State state = state_out;
  for (; blocks > 0; --blocks, from += kBlock) {
    const State before = state;
    __m128i w0 = _mm_shuffle_epi8(load(from), big_endian);
    __m128i w1 = _mm_shuffle_epi8(load(from + 16), big_endian);
    __m128i w2 = _mm_shuffle_epi8(load(from + 32), big_endian);
    __m128i w3 = _mm_shuffle_epi8(load(from + 48), big_endian);
    for (std::size_t round = 0;; round += 16) {
      four_rounds(state, w0, round);
      four_rounds(state, w1, round + 4);
      four_rounds(state, w2, round + 8);
      four_rounds(state, w3, round + 12);
      if (round == 48) break;
      w0 = next_words(w0, w1, w2, w3);
      w1 = next_words(w1, w2, w3, w0);
      w2 = next_words(w2, w3, w0, w1);
      w3 = next_words(w3, w0, w1, w2);
    }
    state = {_mm_add_epi32(state.abef, before.abef), _mm_add_epi32(state.cdgh, before.cdgh)};
  }
  state_out = state;
}

WITH_SHA Hash digest(const State& state) {
  const __m128i feba = _mm_shuffle_epi32(state.abef, 0x1B), dchg = _mm_shuffle_epi32(state.cdgh, 0xB1);
  const __m128i dcba = _mm_blend_epi16(feba, dchg, 0xF0), hgfe = _mm_alignr_epi8(dchg, feba, 8);
  const __m128i big_endian = _mm_set_epi64x(0x0c0d0e0f08090a0b, 0x0405060700010203);
  Hash hash;
  _mm_storeu_si128(reinterpret_cast<__m128i*>(hash.bytes.data()), _mm_shuffle_epi8(dcba, big_endian));
  _mm_storeu_si128(reinterpret_cast<__m128i*>(hash.bytes.data() + 16), _mm_shuffle_epi8(hgfe, big_endian));
  return hash;
}

bool asked_processor() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid(1, &a, &b, &c, &d) == 0 || (c & bit_SSSE3) == 0 || (c & bit_SSE4_1) == 0) return false;
  return __get_cpuid_count(7, 0, &a, &b, &c, &d) != 0 && (b & bit_SHA) != 0;
}

}  // namespace

bool has_sha256_instructions() {
  static const bool has = asked_processor();
  return has;
}

Hash sha256_by_instructions(std::string_view bytes) {
  State state = initial_state();
  const std::size_t whole = bytes.size() / kBlock, rest = bytes.size() % kBlock;
  add_blocks(state, bytes.data(), whole);
  // The end: what is left, one bit, zeros, and the length in bits in the last eight bytes.
  std::array<char, 2 * kBlock> end{};
  std::copy_n(bytes.data() + whole * kBlock, rest, end.begin());
  end[rest] = static_cast<char>(0x80);
  const std::size_t size = rest < kBlock - 8 ? kBlock : 2 * kBlock;
  const std::uint64_t bits = __builtin_bswap64(std::uint64_t{bytes.size()} * 8);
  std::memcpy(end.data() + size - 8, &bits, 8);
  add_blocks(state, end.data(), size / kBlock);
  return digest(state);
}

}  // namespace phien

#else

#include <cstdlib>

namespace phien {

bool has_sha256_instructions() { return false; }
Hash sha256_by_instructions(std::string_view) { std::abort(); }

}  // namespace phien

#endif
