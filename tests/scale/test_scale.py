#!/usr/bin/python3
"""A fair with ten times the sales takes no longer to look at; hundreds of pages that are open at once cost little and hear at once."""
import unittest

import measure
import phien_test as pt


class Scale(unittest.TestCase):
    # Few booths: each has sold each thing in each hour in both fairs, so what differs is the number of sales alone.
    def test_queries_do_not_grow_with_the_sales(self):
        small, large = measure.Fair(10, 20, 6_000), measure.Fair(10, 20, 60_000)
        self.addCleanup(small.close)
        self.addCleanup(large.close)
        for query, few, many in measure.compare(small, large, rounds=9, of=min):
            print(f"{query} {few * 1000:.2f} ms, {many * 1000:.2f} ms, ratio {many / few:.2f}")
            if query in measure.FOLLOWS_ALL:
                continue
            with self.subTest(query):
                # The best of the rounds, and a few milliseconds forgiven: what a neighbour on this machine adds is no growth.
                self.assertLessEqual(many, measure.MOST * few + 0.005)

    def test_hundreds_of_open_streams(self):
        server = pt.Server.started()
        self.addCleanup(server.close)
        till = pt.Terminal.enrolled(server, ["EX01"])
        till.open()
        self.assertEqual(till.send().status, 200)
        each, delays = measure.streams(server, till, 300, rounds=3)
        bare = measure.percentile(measure.bare_round_trips(), 0.99)
        p99 = measure.percentile(delays, 0.99)
        print(f"{each / 1024:.1f} KiB a stream, delay p99 {p99 * 1000:.1f} ms beside a bare round trip's {bare * 1000:.3f} ms")
        self.assertEqual(len(delays), 900)
        self.assertLess(each, 128 * 1024)
        self.assertLess(p99, 1, "within a second")


if __name__ == "__main__":
    unittest.main()
