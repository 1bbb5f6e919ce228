"""Random worlds: that looking at turning days only is the same as looking at every day, and that the lines are well formed."""

import json
import unittest

from answers import Answers
from conditions import SINGLE
from days import day
from generate import Generator


def world(seed):
  generator = Generator(seed, 20, [])
  generator.run()
  return generator


class Random(unittest.TestCase):
  def test_day_by_day_is_the_same_as_by_turning_days(self):
    members = 0
    for seed in range(9000, 9007):
      generator = world(seed)
      answers = Answers(generator.world)
      for known in (None, generator.base + 3):
        for person in sorted(generator.world.persons):
          for type_, organisation in generator.world.types.items():
            for organ in generator.organs(organisation):
              stretches = [(day(start), day(end), origin) for start, end, origin in
                           answers.stretches(person, organ, type_, known)]
              for on in range(generator.base - 70, generator.base + 100):
                said = next((origin for start, end, origin in stretches if start <= on < end), None)
                self.assertEqual(said, answers.member(person, organ, type_, on, known), (seed, person, organ, type_, on))
                members += said is not None
    self.assertGreater(members, 500)

  def test_the_same_seed_gives_the_same_world(self):
    self.assertEqual(world(77).lines, world(77).lines)
    self.assertNotEqual(world(77).lines, world(78).lines)

  def test_no_two_of_one_on_a_day(self):
    """No two lives of an organ, parents of a child, versions of a rule, values of a fact."""
    for seed in range(60):
      rows = {}
      for row in world(seed).world.store.current():
        if row.table in ("life", "edge", "rule", "type_rule") or row.table == "fact" and row.value[1] in SINGLE:
          key = row.value[:2] if row.table == "fact" else row.key
          rows.setdefault((row.table, key), []).append((row.start, row.end))
      for key, periods in rows.items():
        periods.sort()
        for (_, end), (start, _) in zip(periods, periods[1:]):
          self.assertLessEqual(end, start, (seed, key))

  def test_recorded_instants_only_move_on(self):
    for seed in range(20):
      recorded = [line["recorded"] for line in world(seed).lines if "recorded" in line]
      self.assertEqual(recorded, sorted(set(recorded)))

  def test_every_kind_of_change_is_accepted_and_refused_somewhere(self):
    seen = set()
    for seed in range(150):
      for line in world(seed).lines:
        expect = line.get("expect", {})
        for place, change in enumerate(line.get("changes", [])):
          if expect["accepted"] or place == expect["place"]:
            seen.add((change["do"], expect["accepted"]))
        if line["op"] == "undo":
          seen.add(("undo", expect["accepted"]))
        json.dumps(line)
    kinds = ("create", "move", "merge", "split", "end", "reopen", "rule", "type_rule", "except", "end_except", "undo")
    self.assertEqual(seen, {(kind, accepted) for kind in kinds for accepted in (True, False)})


if __name__ == "__main__":
  unittest.main()
