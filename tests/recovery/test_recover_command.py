#!/usr/bin/python3
"""`recover` as a command: it looks at every file before it makes anything, leaves nothing half made, and what it gave a number to that never
served is not waited for."""
import shutil
import unittest

import disaster as d
import phien_test as pt


class RecoverCommand(unittest.TestCase):
    def setUp(self):
        self.fair = d.Fair(self)

    def refused(self, code, *arguments, expect=3):
        """On a machine with nothing on it: the refusal, and that there is nothing on it still and the kit is as it was."""
        kit = self.fair.kit.read_bytes()
        fresh = pt.Server()
        self.addCleanup(fresh.close)
        said = fresh.run("recover", "--kit", self.fair.kit, *arguments, expect=expect)
        self.assertIn(f"[{code}]", said.stderr)
        self.assertFalse(fresh.data.exists(), list(fresh.data.glob("*")) if fresh.data.exists() else "")
        self.assertEqual(self.fair.kit.read_bytes(), kit, "no number was used up")
        return fresh

    def exported(self, server, name):
        path = self.fair.safe / name
        server.run("journal", "export", "--out", path)
        return path

    def test_a_file_that_is_missing_damaged_or_of_another_fair_leaves_nothing_behind(self):
        till = self.fair.till("EX01")
        d.sell(till, 2)
        till.delivered()
        good = self.exported(self.fair.server, "good.txt")
        backup = self.fair.safe / "backup.db"
        self.fair.server.run("backup", backup)
        fresh = self.refused("not_found", self.fair.safe / "nowhere.txt")
        self.refused("not_found", "--backup", backup, self.fair.safe / "nowhere.txt")
        damaged = self.fair.safe / "damaged.txt"
        damaged.write_text(good.read_text().replace('"price":', '"price":9', 1))
        self.refused("bad_seal", good, damaged)
        half = self.fair.safe / "half.txt"
        half.write_text(good.read_text()[: good.stat().st_size // 2])
        self.refused("bad_batch", half)
        self.refused("cannot_read", "--backup", self.fair.safe / "nowhere.db")
        self.refused("not_a_backup", "--backup", good)
        other = pt.Server.opened(sample=None)
        self.addCleanup(other.close)
        stranger = self.fair.safe / "stranger.db"
        other.run("backup", stranger)
        self.refused("wrong_root", "--backup", stranger)
        self.refused("wrong_root", self.exported(other, "stranger.txt"))

        self.assertIn("phien-server recover", fresh.run("status", expect=1).stderr, "what to do is said")
        fresh.run("recover", "--kit", self.fair.kit, "--backup", backup, good)      # nothing stands in the way
        self.assertEqual(fresh.json("status")["missing"], 0)

    def test_the_directory_of_another_fair_is_not_taken_over(self):
        other = pt.Server.opened(sample=None)
        self.addCleanup(other.close)
        keys = (other.data / "keys.json").read_bytes()
        said = other.run("recover", "--kit", self.fair.kit, expect=3)
        self.assertIn("[wrong_root]", said.stderr)
        self.assertEqual((other.data / "keys.json").read_bytes(), keys)

    def test_a_backup_is_added_to_what_is_in_the_directory(self):
        fair = self.fair
        till = fair.till("EX01")
        d.sell(till, 2)
        till.delivered()
        fair.server.stop()
        earlier = fair.safe / "earlier"
        shutil.copytree(fair.server.data, earlier)
        fair.server.start()
        d.sell(till, 3)
        till.delivered()
        backup = fair.safe / "backup.db"
        fair.server.run("backup", backup)
        heads = {row["terminal"]: row["here"] for row in fair.server.holdings()["rows"]}
        before = d.sold(fair.server, "EX01")
        till.close()
        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        shutil.copytree(earlier, fair.server.data)          # the directory of an earlier day; a backup that is newer
        kept = backup.read_bytes()
        fair.server.run("recover", "--kit", fair.kit, "--backup", backup)
        self.assertEqual(backup.read_bytes(), kept)
        self.assertEqual([file.name for file in fair.safe.glob("backup.db*")], ["backup.db"])
        self.assertEqual(list(fair.server.data.glob("phien.db.backup*")), [])
        fair.server.start()
        here = {row["terminal"]: row["here"] for row in fair.server.holdings()["rows"]}
        self.assertEqual({terminal: here[terminal] for terminal in heads}, heads)
        self.assertEqual(d.sold(fair.server, "EX01"), before)
        d.sound(self, fair.server)
        fair.server.stop()
        said = fair.server.run("recover", "--kit", fair.kit, "--backup", fair.kit, expect=3)
        self.assertIn("[not_a_backup]", said.stderr)
        self.assertEqual(list(fair.server.data.glob("phien.db.backup*")), [])

    def test_a_server_that_never_served_is_named_and_not_waited_for(self):
        fair = self.fair
        a, b = fair.till("EX01"), fair.till("EX02")
        for till in (a, b):
            d.sell(till, 2)
            till.delivered()
        position = fair.known(a, b)
        old = fair.lose_server()
        wasted = pt.Server()                                # recovered, never started, thrown away
        wasted.run("recover", "--kit", fair.kit)
        wasted.close()
        b.stop()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        pt.wait_for(lambda: fair.server.row("_server.1")["here"] >= position, "the first server's journal")
        pt.wait_for(lambda: fair.server.row("T01")["here"] > 0, "the first till")
        self.assertFalse(fair.server.holdings()["whole"], "a till was not heard that may have met the second server")
        self.assertIn("CHƯA BIẾT", fair.server.run("status").stdout)
        b.start()
        said = fair.server.run("status", "--wait", 60).stdout
        self.assertIn("ĐỦ:", said)
        self.assertRegex(said, r"không ai làm chứng gì của: _server\.2\.")
        self.assertEqual(fair.server.holdings()["unwitnessed"], ["_server.2"])

    def test_a_server_that_served_is_missed_as_long_as_a_till_knows_of_it(self):
        fair = self.fair
        a, b = fair.till("EX01"), fair.till("EX02")
        position = fair.known(a, b)
        old = fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit)
        fair.server.start()
        fair.whole(a, b, position=position)
        fair.known(a, b)
        d.sell(a, 1)                                        # its entry says where in the second server's journal it was
        a.delivered()
        sold = fair.safe / "a.txt"
        a.run("journal", "export", sold)
        a.stop()
        b.close()
        fair.lose_server()
        fair.new_machine(ports=old.ports)
        fair.server.run("recover", "--kit", fair.kit, sold)
        answer = fair.server.json("status")
        self.assertEqual((answer["whole"], answer["unwitnessed"]), (False, []))
        self.assertGreater({row["terminal"]: row["missing"] for row in answer["rows"]}["_server.2"], 0)
        a.start()                                           # it holds that journal too
        fair.server.start()
        pt.wait_for(lambda: fair.server.row("_server.2")["missing"] == 0, "the second server's journal")


if __name__ == "__main__":
    unittest.main()
