// 40 tills that could not reach the server for three days, and then can.
#pragma once

namespace phien::simulation {

// Prints how long it took to come together, how that compares with an ingest of batches that lie ready, and the disk it needed.
// Exit code: 0 when every sale arrived once and every figure is right.
int heal_a_partition(int sales_each);

}  // namespace phien::simulation
