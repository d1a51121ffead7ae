// Compiled once for each program: with and without PHIEN_PLANTED_FAULTS.
#include <map>

#include "shared/planted.hpp"
#include "tests/simulation/plants.hpp"

namespace phien::simulation {

#ifdef PHIEN_PLANTED_FAULTS

bool plant_in_core(const std::string& name) {
  static const std::map<std::string, Fault> faults{
      {"", Fault::none},
      {"skip_duplicate_check", Fault::skip_duplicate_check},
      {"accept_a_gap", Fault::accept_a_gap},
      {"lose_the_cursor", Fault::lose_the_cursor},
      {"post_twice_on_retry", Fault::post_twice_on_retry},
      {"renumber_a_fork", Fault::renumber_a_fork},
      {"refuse_by_arrival_order", Fault::refuse_by_arrival_order},
      {"offset_at_arrival", Fault::offset_at_arrival},
      {"trust_the_device_clock", Fault::trust_the_device_clock},
      {"truncate_quietly", Fault::truncate_quietly},
      {"split_a_unit", Fault::split_a_unit},
      {"drop_a_limit", Fault::drop_a_limit},
      {"count_by_arrival", Fault::count_by_arrival},
      {"forget_the_rounding", Fault::forget_the_rounding},
      {"quarantine_blocks", Fault::quarantine_blocks},
  };
  planted_fault = faults.at(name);
  return true;
}

#else

static_assert(!planted(Fault::none) && !planted(Fault::drop_a_limit), "a production build has no planted fault");
bool plant_in_core(const std::string&) { return false; }

#endif

}  // namespace phien::simulation
