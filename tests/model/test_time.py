"""Recorded time, the two policies, undo: each test is a sentence of the specification with its answer worked out by hand."""

import unittest

from changes import Refused
from days import local_day, instant
from small import (AHOLA, BERGA, Small, create, end, exception, merge, move, refusal, reopen, rule, split, type_rule)


class Recorded(unittest.TestCase):
  def test_midnight_is_the_federations(self):
    self.assertEqual(local_day(instant("2027-06-01T20:59:59Z"), "Europe/Helsinki") + 1,
                     local_day(instant("2027-06-01T21:00:00Z"), "Europe/Helsinki"))

  def test_as_known_on(self):
    small = Small().person().organ("a", rule=AHOLA)
    town = small.on("2027-06-03").fact("p", "town", "Ahola", "2027-02-01")
    small.on("2027-06-05").world.correct_fact(small.tick(), town, "Ahola", "2027-03-01", None)
    self.assertEqual(small.periods("a", known="2027-06-02"), [])
    self.assertEqual(small.periods("a", known="2027-06-03"), [("2027-02-01", None)])
    self.assertEqual(small.periods("a", known="2027-06-04"), [("2027-02-01", None)])
    self.assertEqual(small.periods("a", known="2027-06-05"), [("2027-03-01", None)])

  def test_recorded_and_superseded_on_one_day_was_never_believed(self):
    small = Small().person().organ("a", rule=AHOLA).on("2027-06-03")
    town = small.fact("p", "town", "Ahola", "2027-02-01")
    small.world.withdraw_fact(small.tick(), town)
    self.assertEqual(small.periods("a", known="2027-06-03"), [])

  def test_corrections_reach_into_the_past_when_attribute_dated(self):
    small = Small().person().organ("a", rule=AHOLA).on("2027-06-09")
    small.fact("p", "town", "Ahola", "2027-02-01")
    self.assertEqual(small.periods("a"), [("2027-02-01", None)])


class EvaluationDated(unittest.TestCase):
  def setUp(self):
    self.small = Small("EVALUATION_DATED", "2027-06-01").person()
    self.small.organ("a", at="2027-06-01", rule=AHOLA)

  def test_a_correction_works_from_the_day_of_recording(self):
    self.small.on("2027-06-04").fact("p", "town", "Ahola", "2027-02-01")
    self.assertEqual(self.small.periods("a"), [("2027-06-04", None)])

  def test_a_start_never_moves(self):
    town = self.small.on("2027-06-04").fact("p", "town", "Ahola", "2027-02-01")
    self.small.on("2027-06-08").world.correct_fact(self.small.tick(), town, "Ahola", "2027-06-07", None)
    self.assertEqual(self.small.periods("a"), [("2027-06-04", None)])

  def test_a_correction_may_end_what_is_from_the_day_of_recording(self):
    town = self.small.on("2027-06-04").fact("p", "town", "Ahola", "2027-02-01")
    self.small.on("2027-06-08").world.correct_fact(self.small.tick(), town, "Berga", "2027-02-01", None)
    self.assertEqual(self.small.periods("a"), [("2027-06-04", "2027-06-08")])

  def test_asked_as_known_before(self):
    self.small.on("2027-06-04").fact("p", "town", "Ahola", "2027-02-01", "2027-06-20")
    self.small.on("2027-06-08").fact("p", "town", "Berga", "2027-06-06")
    self.assertEqual(self.small.periods("a", known="2027-06-03"), [])
    self.assertEqual(self.small.periods("a", known="2027-06-05"), [("2027-06-04", "2027-06-20")])
    self.assertEqual(self.small.periods("a", known="2027-06-08"), [("2027-06-04", "2027-06-08")])

  def test_past_dates_are_refused(self):
    self.small.on("2027-06-04")
    for change in (create("b", "top", "2027-06-03"), end("a", "2027-06-03"), rule("a", "2027-06-03", BERGA),
                   type_rule("2027-06-03", AHOLA), exception("a", "2027-06-03")):
      self.assertEqual(refusal(self.small, change), ("PAST_DATE", 0))

  def test_one_past_date_refuses_the_set(self):
    self.small.on("2027-06-04")
    self.assertEqual(refusal(self.small, create("b", "top", "2027-06-04"), rule("b", "2027-06-03", AHOLA)), ("PAST_DATE", 1))
    self.assertEqual(refusal(self.small, create("b", "top", "2027-06-04")), None)

  def test_an_undo_works_from_the_day_of_undoing(self):
    self.small.on("2027-06-02").fact("p", "town", "Ahola", "2027-06-01")
    plan = self.small.change(end("a", "2027-06-05"))
    self.small.on("2027-06-10").undo(plan)
    self.assertEqual(self.small.periods("a"), [("2027-06-02", "2027-06-05"), ("2027-06-10", None)])

  def test_future_days_are_judged_by_what_is_known_now(self):
    self.small.on("2027-06-04").fact("p", "town", "Ahola", "2027-07-01")
    self.small.fact("p", "town", "Berga", "2027-07-20")
    self.assertEqual(self.small.periods("a"), [("2027-07-01", "2027-07-20")])


class Undo(unittest.TestCase):
  def setUp(self):
    self.small = Small().person(town="Ahola").organ("a", rule=AHOLA).organ("b", rule=AHOLA)

  def refused(self, plan):
    with self.assertRaises(Refused) as caught:
      self.small.undo(plan)
    return caught.exception.reason, caught.exception.later

  def test_undoing_an_end_makes_it_not_have_happened(self):
    plan = self.small.change(end("a", "2027-05-01"))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-05-01")])
    self.small.undo(plan)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", None)])

  def test_what_an_end_took_of_later_lives_comes_back(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-05-01"))
    plan = self.small.change(end("a", "2027-02-01"))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-02-01")])
    self.small.undo(plan)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01"), ("2027-05-01", None)])

  def test_superseded_since_names_the_later_plan(self):
    first = self.small.change(rule("a", "2027-03-01", BERGA))
    second = self.small.change(rule("a", "2027-04-01", AHOLA))
    self.assertEqual(self.refused(first), ("SUPERSEDED", [second]))
    self.small.undo(second)
    self.small.undo(first)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", None)])

  def test_twice(self):
    plan = self.small.change(end("a", "2027-05-01"))
    self.small.undo(plan)
    self.assertEqual(self.refused(plan)[0], "NOT_APPLIED")

  def test_giving_back_would_put_two_lives_on_one_day(self):
    first = self.small.change(end("a", "2027-03-01"))
    second = self.small.change(reopen("a", "2027-05-01"))
    self.assertEqual(self.refused(first), ("CONSTRAINT", [second]))

  def test_a_founding_under_which_something_was_founded(self):
    first = self.small.change(create("c", "top", "2027-02-01"))
    second = self.small.change(create("d", "c", "2027-03-01"))
    self.assertEqual(self.refused(first), ("CONSTRAINT", [second]))

  def test_a_rule_of_another_plan_does_not_keep_an_organ(self):
    first = self.small.change(create("c", "top", "2027-02-01"))
    self.small.change(rule("c", "2027-03-01", AHOLA))
    self.small.undo(first)
    self.assertEqual(self.small.periods("c"), [])
    self.assertEqual(refusal(self.small, rule("c", "2027-04-01", AHOLA)), ("UNKNOWN_ORGAN", 0))

  def test_an_undo_that_would_close_a_cycle(self):
    first = self.small.change(move("b", "a", "2027-02-01"))
    second = self.small.change(move("b", "top", "2027-03-01"))
    third = self.small.change(move("a", "b", "2027-04-01"))
    self.assertEqual(self.refused(second)[0], "CONSTRAINT")
    self.small.undo(third)
    self.small.undo(second)
    self.small.undo(first)

  def test_a_rule_holds_on_when_the_next_change_is_undone(self):
    small = Small().person(town="Ahola").organ("a")
    later = small.change(rule("a", "2027-03-01", BERGA))
    small.change(rule("a", "2027-02-01", AHOLA))
    self.assertEqual(small.periods("a"), [("2027-02-01", "2027-03-01")])
    small.undo(later)
    self.assertEqual(small.periods("a"), [("2027-02-01", None)])

  def test_what_a_later_merge_or_split_would_have_led_elsewhere(self):
    self.small.organ("c", "a", rule=AHOLA).organ("e", rule=AHOLA)
    for later in (merge("a", "e", "2027-04-01"), split("a", "2027-04-01", {"d": []}), split("c", "2027-04-01", {"f": []})):
      moved = self.small.change(move("c", "b", "2027-03-01"))
      second = self.small.change(later)
      self.assertEqual(self.refused(moved), ("CONSTRAINT", [second]))
      self.small.undo(second)
      self.small.undo(moved)
    moved = self.small.change(move("c", "b", "2027-03-01"))
    self.small.change(end("a", "2027-04-01"))
    self.small.undo(moved)
    self.assertEqual(self.small.periods("c"), [("2027-01-01", "2027-04-01")])

  def test_a_merge_is_undone_as_a_whole(self):
    self.small.organ("c", "a", rule=AHOLA)
    plan = self.small.change(merge("a", "b", "2027-04-01"))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-04-01")])
    self.small.undo(plan)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", None)])
    self.assertEqual(self.small.periods("c"), [("2027-01-01", None)])

  def test_as_known_between_change_and_undo(self):
    plan = self.small.on("2027-06-03").change(end("a", "2027-05-01"))
    self.small.on("2027-06-06").undo(plan)
    self.assertEqual(self.small.periods("a", known="2027-06-02"), [("2027-01-01", None)])
    self.assertEqual(self.small.periods("a", known="2027-06-05"), [("2027-01-01", "2027-05-01")])
    self.assertEqual(self.small.periods("a", known="2027-06-06"), [("2027-01-01", None)])


if __name__ == "__main__":
  unittest.main()
