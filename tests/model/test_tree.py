"""Lives, edges, merges and splits: each test is a sentence of the specification with its answer worked out by hand."""

import unittest

from small import (AHOLA, BERGA, TAGGED, Small, create, end, exception, merge, move, refusal, reopen, rule, split)

WHOLE = [("2027-01-01", None)]


class Lives(unittest.TestCase):
  def setUp(self):
    self.small = Small().person().organ("a").organ("b", "a", rule=TAGGED).organ("c", rule=AHOLA)

  def test_an_end_closes_what_is_below_and_a_living_parent_opens_it(self):
    self.small.change(end("a", "2027-03-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("top"), [("2027-01-01", "2027-03-01")])
    self.small.change(move("b", "top", "2027-04-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-04-01", None)])
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01")])

  def test_reopening_leaves_the_days_between_closed(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-03-02"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-03-02", None)])

  def test_reopening_on_the_day_of_the_end_leaves_no_gap(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-03-01"))
    self.assertEqual(self.small.periods("b"), WHOLE)

  def test_reopening_holds_until_the_next_change_of_the_life(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-05-01"))
    self.small.change(reopen("a", "2027-04-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-04-01", None)])

  def test_who_reopened_without_a_break_may_end_there_again(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-05-01"))
    self.small.change(reopen("a", "2027-04-01"))
    self.small.change(end("a", "2027-05-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-04-01", "2027-05-01")])
    first = self.small.change(rule("c", "2027-04-01", BERGA))
    self.small.undo(first)  # what an end has ended does not hold on
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-04-01", "2027-05-01")])

  def test_an_end_falls_inside_a_life_after_its_first_day(self):
    self.assertEqual(refusal(self.small, end("a", "2027-01-01")), ("FIRST_DAY", 0))
    self.assertEqual(refusal(self.small, end("a", "2026-12-31")), ("NOT_ALIVE", 0))
    self.small.change(end("a", "2027-02-01"))
    self.assertEqual(refusal(self.small, end("a", "2027-02-01")), ("NOT_ALIVE", 0))

  def test_an_end_removes_later_periods_of_the_life(self):
    self.small.change(end("a", "2027-03-01"), reopen("a", "2027-05-01"))
    self.small.change(end("a", "2027-02-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-02-01")])

  def test_reopening_the_living_and_the_unborn(self):
    self.assertEqual(refusal(self.small, reopen("a", "2027-02-01")), ("ALIVE", 0))
    self.assertEqual(refusal(self.small, reopen("a", "2026-02-01")), ("BEFORE_LIFE", 0))

  def test_the_root_may_end_and_reopen_but_never_moves_splits_or_merges(self):
    self.small.change(end("top", "2027-03-01"), reopen("top", "2027-04-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", "2027-03-01"), ("2027-04-01", None)])
    for change in (move("top", "a", "2027-05-01"), merge("top", "c", "2027-05-01"),
                   split("top", "2027-05-01", {"n": ["a", "c"]})):
      self.assertEqual(refusal(self.small, change), ("ROOT", 0))

  def test_a_period_is_split_by_a_gap_of_one_day(self):
    self.small.change(end("b", "2027-03-01"), reopen("b", "2027-03-02"))
    self.assertEqual(len(self.small.periods("a")), 2)


class Edges(unittest.TestCase):
  def setUp(self):
    self.small = Small().person().organ("a").organ("b").organ("c", "a", rule=TAGGED)

  def test_a_move_goes_on_below_and_begins_and_ends_above(self):
    self.small.change(move("c", "b", "2027-03-01"))
    self.assertEqual(self.small.periods("c"), WHOLE)
    self.assertEqual(self.small.periods("top"), WHOLE)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("b"), [("2027-03-01", None)])

  def test_a_move_holds_until_the_next_on_record(self):
    self.small.change(move("c", "b", "2027-04-01"))
    self.small.change(move("c", "top", "2027-02-01"))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-02-01")])
    self.assertEqual(self.small.periods("b"), [("2027-04-01", None)])

  def test_first_day_of_an_edge(self):
    self.assertEqual(refusal(self.small, move("c", "b", "2026-12-31")), ("CHILD_NOT_ALIVE", 0))
    self.small.organ("d", at="2027-03-01")
    self.assertEqual(refusal(self.small, move("c", "d", "2027-02-28")), ("PARENT_NOT_IN_TREE", 0))
    self.assertEqual(refusal(self.small, create("e", "d", "2027-02-28")), ("PARENT_NOT_IN_TREE", 0))
    self.small.change(end("a", "2027-05-01"))
    self.assertEqual(refusal(self.small, create("e", "c", "2027-05-01")), ("PARENT_NOT_IN_TREE", 0))

  def test_a_cycle(self):
    self.assertEqual(refusal(self.small, move("a", "c", "2027-03-01")), ("CYCLE", 0))
    self.assertEqual(refusal(self.small, move("a", "a", "2027-03-01")), ("CYCLE", 0))

  def test_a_cycle_in_the_future(self):
    self.small.change(move("b", "a", "2027-08-01"))
    self.assertEqual(refusal(self.small, move("a", "b", "2027-03-01")), ("CYCLE", 0))

  def test_a_cycle_of_which_one_is_closed_is_none_until_it_reopens(self):
    self.small.organ("x", "b")
    self.small.change(move("b", "a", "2027-05-05"), end("b", "2027-05-03"))
    self.assertEqual(refusal(self.small, move("a", "x", "2027-05-01")), None)
    self.assertEqual(refusal(self.small, reopen("b", "2027-05-10")), ("CYCLE", 0))

  def test_a_set_is_refused_whole_and_names_the_place(self):
    self.assertEqual(refusal(self.small, move("c", "b", "2027-03-01"), end("a", "2027-03-01"), end("a", "2027-04-01")),
                     ("NOT_ALIVE", 2))
    self.assertEqual(self.small.periods("a"), WHOLE)

  def test_a_change_is_valid_on_the_result_of_those_before(self):
    self.assertEqual(refusal(self.small, create("n", "top", "2027-03-01"), move("c", "n", "2027-03-01")), None)


class Merge(unittest.TestCase):
  def setUp(self):
    self.small = Small().person(town="Ahola").person("q", town="Berga")
    self.small.organ("a", rule=AHOLA).organ("b", rule=BERGA).organ("c", "a").organ("d", "c", rule=TAGGED)

  def test_children_follow_and_the_rules_of_the_other_stay(self):
    self.small.change(merge("a", "b", "2027-03-01"))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("d"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("d", "q"), [("2027-03-01", None)])
    self.assertEqual(self.small.periods("b"), [])

  def test_edges_that_begin_later_follow_too(self):
    self.small.organ("e", rule=TAGGED)
    self.small.change(move("e", "a", "2027-05-01"))
    self.small.change(merge("a", "b", "2027-03-01"))
    self.assertEqual(self.small.periods("e"), [("2027-01-01", "2027-05-01")])
    self.assertEqual(self.small.periods("e", "q"), WHOLE)

  def test_exceptions_continue(self):
    self.small.change(exception("a", "2027-02-01", "2027-06-01", "q"))
    self.small.change(rule("b", "2027-04-01", AHOLA))
    self.small.change(merge("a", "b", "2027-03-01"))
    self.assertEqual(self.small.stretches("a", "q"), [("2027-02-01", "2027-03-01", "exception")])
    self.assertEqual(self.small.stretches("b", "q"), [("2027-01-01", "2027-04-01", "rule"),
                                                      ("2027-04-01", "2027-06-01", "exception")])

  def test_an_exception_that_begins_later_begins_no_earlier(self):
    self.small.change(exception("a", "2027-05-01", "2027-06-01"))
    self.small.change(merge("a", "b", "2027-03-01"))
    self.assertEqual(self.small.stretches("b"), [("2027-05-01", "2027-06-01", "exception")])

  def test_an_edge_that_is_to_leave_still_leaves(self):
    self.small.change(move("c", "top", "2027-05-01"))
    self.small.change(merge("a", "b", "2027-03-01"))
    self.assertEqual(self.small.periods("d", "q"), [("2027-03-01", None)])
    self.assertEqual(self.small.periods("d"), [("2027-01-01", "2027-03-01"), ("2027-05-01", None)])

  def test_related(self):
    for organ, into in (("a", "a"), ("a", "c"), ("c", "a"), ("a", "d"), ("d", "a"), ("a", "top")):
      self.assertEqual(refusal(self.small, merge(organ, into, "2027-03-01")), ("RELATED", 0))

  def test_related_only_later_is_a_cycle(self):
    self.small.change(move("b", "c", "2027-05-01"))
    self.assertEqual(refusal(self.small, merge("a", "b", "2027-03-01")), ("CYCLE", 0))

  def test_a_closed_child_follows_and_reopens_there(self):
    self.small.change(end("c", "2027-02-01"))
    self.small.change(merge("a", "b", "2027-03-01"))
    self.small.change(reopen("c", "2027-04-01"))
    self.assertEqual(self.small.periods("d", "q"), [("2027-04-01", None)])


class Split(unittest.TestCase):
  def setUp(self):
    self.small = Small().person(town="Ahola")
    self.small.organ("a").organ("c", "a", rule=TAGGED).organ("d", "a")

  def test_parts_take_the_children_named_for_them(self):
    self.small.change(split("a", "2027-03-01", {"n": ["c"], "m": ["d"]}))
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("n"), [("2027-03-01", None)])
    self.assertEqual(self.small.periods("m"), [])
    self.assertEqual(self.small.periods("c"), WHOLE)
    self.assertEqual(self.small.periods("top"), WHOLE)

  def test_each_child_in_one_part(self):
    self.assertEqual(refusal(self.small, split("a", "2027-03-01", {"n": ["c"], "m": []})), ("NOT_NAMED", 0))
    self.assertEqual(refusal(self.small, split("a", "2027-03-01", {"n": ["c", "d"], "m": ["d"]})), ("NAMED_TWICE", 0))

  def test_a_child_that_comes_later_is_named_too(self):
    self.small.organ("e")
    self.small.change(move("e", "a", "2027-05-01"))
    self.assertEqual(refusal(self.small, split("a", "2027-03-01", {"n": ["c", "d"]})), ("NOT_NAMED", 0))
    self.assertEqual(refusal(self.small, split("a", "2027-03-01", {"n": ["c", "d", "e"]})), None)

  def test_a_child_that_had_left_is_not(self):
    self.small.change(move("d", "top", "2027-02-01"))
    self.assertEqual(refusal(self.small, split("a", "2027-03-01", {"n": ["c"]})), None)

  def test_parts_stand_under_all_parents_of_the_organ(self):
    self.small.organ("e")
    self.small.change(move("a", "e", "2027-05-01"))
    self.small.change(split("a", "2027-03-01", {"n": ["c", "d"]}))
    self.assertEqual(self.small.periods("e"), [("2027-05-01", None)])

  def test_exceptions_close_unless_a_part_is_named(self):
    for to, expected in ((None, []), ("n", [("2027-03-01", "2027-09-01", "exception")])):
      small = Small().person().organ("a").organ("c", "a")
      small.change(exception("a", "2027-02-01", "2027-09-01"))
      small.change(split("a", "2027-03-01", {"n": ["c"]}, to))
      self.assertEqual(small.stretches("a"), [("2027-02-01", "2027-03-01", "exception")])
      self.assertEqual(small.stretches("n"), expected)

  def test_undone(self):
    plan = self.small.change(split("a", "2027-03-01", {"n": ["c"], "m": ["d"]}))
    self.small.undo(plan)
    self.assertEqual(self.small.periods("a"), WHOLE)
    self.assertEqual(refusal(self.small, rule("n", "2027-03-01", TAGGED)), ("UNKNOWN_ORGAN", 0))


if __name__ == "__main__":
  unittest.main()
