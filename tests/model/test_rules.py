"""Rules, facts, exceptions and periods: each test is a sentence of the specification with its answer worked out by hand."""

import unittest

from answers import Answers
from changes import Refused
from conditions import Malformed, check, holds
from days import age, birthday, day, text
from small import (AHOLA, BERGA, GAZETTEER, TAGGED, Small, end, exception, move, refusal, reopen, rule, type_rule)

WHOLE = [("2027-01-01", None)]


class Conditions(unittest.TestCase):
  facts = {"birth_date": ["2008-02-29"], "postal_code": ["0A100"], "town": ["Ahola"], "municipality": [], "province": [],
           "country": [], "subscription": ["full"], "admission": [("a", "ordinary")], "position": [("chair", "b")], "tag": []}

  def test_truth(self):
    for condition, expected in (
        ({"all": [AHOLA, {"subscription": "full"}]}, True), ({"all": [AHOLA, BERGA]}, False),
        ({"any": [BERGA, AHOLA]}, True), ({"any": [BERGA]}, False), ({"not": AHOLA}, False), ({"not": BERGA}, True),
        ({"in": ["town", ["Berga", "Ahola"]]}, True), ({"equals": ["municipality", "Mahola"]}, False),
        ({"not": {"equals": ["municipality", "Mahola"]}}, True), ({"between": ["postal_code", "00100", "0A100"]}, True),
        ({"between": ["postal_code", "0A100", None]}, True), ({"between": ["postal_code", None, "0A099"]}, False),
        ({"between": ["postal_code", "00999", "01000"]}, False), ({"between": ["birth_date", "2008-02-29", "2008-02-29"]}, True),
        ({"between": ["birth_date", None, "2008-02-28"]}, False), ({"between": ["age", 18, None]}, True),
        ({"between": ["age", 19, None]}, False), ({"between": ["age", None, 18]}, True), ({"subscription": "youth"}, False),
        ({"position": "chair"}, True), ({"position": "secretary"}, False), ({"admitted": None}, True),
        ({"admitted": "ordinary"}, True), ({"admitted": "honorary"}, False), ({"equals": ["tag", "m"]}, False)):
      with self.subTest(condition):
        self.assertEqual(holds(condition, self.facts, "a", day("2026-06-01")), expected)

  def test_admitted_to_this_organ_exactly(self):
    self.assertFalse(holds({"admitted": None}, self.facts, "b", day("2026-06-01")))

  def test_refused(self):
    for condition, reason in (({"all": []}, "EMPTY"), ({"any": []}, "EMPTY"), ({"in": ["town", []]}, "EMPTY"),
                              ({"equals": ["town", "Atlantis"]}, "UNKNOWN_PLACE"), ({"equals": ["shoe", "42"]}, "UNKNOWN_FACT"),
                              ({"in": ["province", ["Peri", "Atlantis"]]}, "UNKNOWN_PLACE"),
                              ({"not": {"any": [AHOLA, {"all": []}]}}, "EMPTY"), ({"owns": "horse"}, "UNKNOWN_FACT"),
                              ({"between": ["town", "A", "B"]}, "UNKNOWN_FACT"), ({"between": ["age", 9, 8]}, "PERIOD_REVERSED"),
                              ({"equals": ["postal_code", "12345"]}, "UNKNOWN_PLACE")):
      with self.subTest(condition), self.assertRaises(Malformed) as caught:
        check(condition, GAZETTEER)
      self.assertEqual(caught.exception.reason, reason)

  def test_age_is_full_years_and_29_february_waits(self):
    for born, on, expected in (("2008-02-29", "2026-02-28", 17), ("2008-02-29", "2026-03-01", 18),
                               ("2008-02-29", "2028-02-28", 19), ("2008-02-29", "2028-02-29", 20),
                               ("2010-02-28", "2028-02-27", 17), ("2010-02-28", "2028-02-28", 18),
                               ("2010-03-01", "2028-02-29", 17), ("2010-03-01", "2028-03-01", 18)):
      self.assertEqual(age(day(born), day(on)), expected, (born, on))
    self.assertEqual(text(birthday(day("2008-02-29"), 18)), "2026-03-01")
    self.assertEqual(text(birthday(day("2008-02-29"), 20)), "2028-02-29")


class Rules(unittest.TestCase):
  def test_four_levels(self):
    small = Small().person(town="Ahola", municipality="Mahola", province="Peri")
    small.person("q", town="Berga", municipality="Mahola", province="Peri").person("r", town="Ahola", municipality="Mahola")
    small.organ("pra", rule={"equals": ["province", "Peri"]}).organ("gma", "pra", rule={"equals": ["municipality", "Mahola"]})
    small.organ("afd", "gma", rule=AHOLA)
    held = {person: [organ for organ in ("top", "pra", "gma", "afd") if small.periods(organ, person)] for person in "pqr"}
    self.assertEqual(held, {"p": ["top", "pra", "gma", "afd"], "q": ["top", "pra", "gma"], "r": []})

  def test_an_organ_without_rules_holds_whoever_its_children_hold(self):
    small = Small().person(town="Ahola").organ("a").organ("b", "a", rule=AHOLA)
    self.assertEqual(small.periods("a"), WHOLE)
    self.assertEqual(small.periods("a", known="2027-05-31"), [])

  def test_a_rule_for_another_type_is_none_of_its_own(self):
    small = Small().person().organ("a")
    small.world.create_type(small.tick(), "top", "u")
    small.change({"do": "rule", "organ": "a", "type": "u", "at": "2027-01-01", "rule": TAGGED})
    self.assertEqual(small.periods("a"), [])
    self.assertEqual(small.periods("a", type_="u"), [])
    small.change({"do": "type_rule", "type": "u", "at": "2027-02-01", "rule": TAGGED})
    self.assertEqual(small.periods("a", type_="u"), [("2027-02-01", None)])

  def test_a_general_rule_and_one_for_the_type_must_both_hold(self):
    small = Small().person(town="Ahola", province="Peri").organ("a", rule=AHOLA)
    small.change(rule("a", "2027-02-01", {"equals": ["province", "Quark"]}, "t"))
    self.assertEqual(small.periods("a"), [("2027-01-01", "2027-02-01")])

  def test_a_type_without_a_rule_recognises_nobody_but_exceptions_work(self):
    small = Small().person().organ("a", rule=TAGGED)
    small.change(type_rule("2027-03-01", None), exception("a", "2027-04-01"))
    self.assertEqual(small.stretches("a"), [("2027-01-01", "2027-03-01", "rule"), ("2027-04-01", None, "exception")])

  def test_the_organisation_holds_by_a_rule_of_its_own_only(self):
    small = Small().person()
    self.assertEqual(small.periods("top"), [])
    small.change(rule("top", "2027-03-01", TAGGED))
    self.assertEqual(small.periods("top"), [("2027-03-01", None)])

  def test_removing_is_a_version_and_asks_nothing(self):
    small = Small().person().organ("a", rule=BERGA).organ("b", "a", rule=TAGGED)
    self.assertEqual(small.periods("b"), [])
    small.change(rule("a", "2027-03-01", None))
    self.assertEqual(small.periods("b"), [("2027-03-01", None)])
    self.assertEqual(small.periods("a"), [("2027-03-01", None)])

  def test_a_version_holds_until_the_next_on_record(self):
    small = Small().person(town="Ahola").organ("a", rule=BERGA)
    small.change(rule("a", "2027-05-01", BERGA))
    small.change(rule("a", "2027-03-01", AHOLA))
    self.assertEqual(small.periods("a"), [("2027-03-01", "2027-05-01")])

  def test_a_version_may_reach_outside_the_life(self):
    small = Small().person(town="Ahola").organ("a", at="2027-03-01")
    self.assertEqual(refusal(small, rule("a", "2027-02-01", AHOLA)), None)
    self.assertEqual(small.periods("a"), [("2027-03-01", None)])

  def test_a_position_is_seen_after_its_organ_ended(self):
    small = Small().person(position=["chair", "b"]).organ("b").organ("a", rule={"position": "chair"})
    small.change(end("b", "2027-03-01"))
    self.assertEqual(small.periods("a"), WHOLE)

  def test_a_birthday_far_ahead_ends_a_period(self):
    small = Small().person(birth_date="2008-02-29").organ("a", rule={"between": ["age", None, 64]})
    self.assertEqual(small.periods("a"), [("2027-01-01", "2073-03-01")])
    small = Small().person(birth_date="2010-02-28").organ("a", rule={"between": ["age", 18, 29]})
    self.assertEqual(small.periods("a"), [("2028-02-28", "2040-02-28")])

  def test_a_rule_and_a_move_on_the_same_day(self):
    small = Small().person(town="Ahola").organ("a", rule=AHOLA).organ("b", rule=BERGA).organ("c", "a", rule=TAGGED)
    small.change(move("c", "b", "2027-03-01"), rule("b", "2027-03-01", AHOLA))
    self.assertEqual(small.periods("c"), WHOLE)


class Facts(unittest.TestCase):
  def setUp(self):
    self.small = Small().person().organ("a", rule=AHOLA).organ("b", rule=BERGA)

  def test_one_value_on_a_day(self):
    self.small.fact("p", "town", "Ahola")
    berga = self.small.fact("p", "town", "Berga", "2027-03-01", "2027-04-01")
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01"), ("2027-04-01", None)])
    self.small.world.withdraw_fact(self.small.tick(), berga)
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01"), ("2027-04-01", None)])
    self.assertEqual(self.small.periods("b"), [])

  def test_a_correction_gives_value_and_period_anew_and_nothing_back(self):
    ahola = self.small.fact("p", "town", "Ahola")
    berga = self.small.fact("p", "town", "Berga", "2027-03-01", "2027-05-01")
    self.small.world.correct_fact(self.small.tick(), berga, "Berga", "2027-03-01", "2027-04-01")
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01"), ("2027-05-01", None)])
    self.small.world.correct_fact(self.small.tick(), ahola, "Ahola", "2027-02-01", "2027-03-15")
    self.assertEqual(self.small.periods("a"), [("2027-02-01", "2027-03-15")])
    self.assertEqual(self.small.periods("b"), [("2027-03-15", "2027-04-01")])

  def test_corrected_twice(self):
    town = self.small.fact("p", "town", "Ahola")
    self.small.world.correct_fact(self.small.tick(), town, "Berga", "2027-01-01", None)
    self.small.world.correct_fact(self.small.tick(), town, "Ahola", "2027-02-01", None)
    self.assertEqual((self.small.periods("a"), self.small.periods("b")), ([("2027-02-01", None)], []))

  def test_several_subscriptions_on_a_day(self):
    self.small.change(rule("a", "2027-01-01", {"subscription": "full"}))
    self.small.fact("p", "subscription", "full", "2027-01-01", "2027-03-01")
    self.small.fact("p", "subscription", "youth", "2027-02-01")
    self.small.fact("p", "subscription", "full", "2027-02-15", "2027-04-01")
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-04-01")])

  def test_a_subscription_is_active_while_its_period_holds_the_day(self):
    self.small.change(rule("a", "2027-01-01", {"subscription": "full"}))
    self.small.fact("p", "subscription", "full", "2027-02-01", "2027-02-02")
    self.assertEqual(self.small.periods("a"), [("2027-02-01", "2027-02-02")])

  def test_a_persons_end(self):
    self.small.fact("p", "town", "Ahola", "2027-01-01", "2027-05-01")
    self.small.fact("p", "town", "Berga", "2027-05-01")
    self.small.change(exception("b", "2027-02-01"), exception("b", "2027-06-01", name="y"))
    self.small.world.end_person(self.small.tick(), "p", "2027-03-01")
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-03-01")])
    self.assertEqual(self.small.periods("b"), [("2027-02-01", "2027-03-01")])
    self.small.change(exception("b", "2027-07-01", name="z"))
    self.assertEqual(self.small.periods("b"), [("2027-02-01", "2027-03-01"), ("2027-07-01", None)])

  def test_erasure_reaches_into_the_past(self):
    self.small.fact("p", "town", "Ahola")
    self.small.on("2027-06-09").world.erase_person(self.small.tick(), "p")
    self.assertEqual(self.small.periods("a", known="2027-06-03"), [])
    self.assertEqual(refusal(self.small, exception("a", "2027-07-01")), ("UNKNOWN_PERSON", 0))

  def test_who_is_erased_is_no_member_by_what_is_not_there(self):
    self.small.change(type_rule("2027-01-01", {"not": AHOLA}), rule("b", "2027-01-01", {"not": AHOLA}))
    self.assertEqual(self.small.periods("b"), [("2027-01-01", None)])
    self.small.on("2027-06-09").world.erase_person(self.small.tick(), "p")
    self.assertEqual(self.small.periods("b"), [])

  def test_reversed(self):
    with self.assertRaises(Refused) as caught:
      self.small.fact("p", "town", "Ahola", "2027-03-01", "2027-02-01")
    self.assertEqual(caught.exception.reason, "PERIOD_REVERSED")


class Exceptions(unittest.TestCase):
  def setUp(self):
    self.small = Small().person(town="Ahola").organ("a").organ("b", "a").organ("c")

  def test_it_counts_in_the_organ_and_above_and_needs_no_rule(self):
    self.small.change(type_rule("2027-01-01", None), exception("b", "2027-02-01", "2027-03-01"))
    for organ in ("b", "a", "top"):
      self.assertEqual(self.small.stretches(organ), [("2027-02-01", "2027-03-01", "exception")])
    self.assertEqual(self.small.periods("c"), [])

  def test_it_moves_with_its_organ(self):
    self.small.change(exception("b", "2027-01-01"), move("b", "c", "2027-02-01"))
    self.assertEqual((self.small.periods("a"), self.small.periods("c")),
                     ([("2027-01-01", "2027-02-01")], [("2027-02-01", None)]))

  def test_it_works_while_its_organ_is_in_the_tree_and_again_after_a_reopening(self):
    self.small.change(exception("b", "2027-01-15", "2027-05-01"), end("a", "2027-02-01"), reopen("a", "2027-03-01"))
    self.assertEqual(self.small.periods("b"), [("2027-01-15", "2027-02-01"), ("2027-03-01", "2027-05-01")])

  def test_where_a_rule_places_too_the_origin_is_the_rule(self):
    self.small.change(exception("a", "2027-01-01", "2027-04-01"), rule("b", "2027-02-01", AHOLA),
                      rule("b", "2027-03-01", BERGA))
    self.assertEqual(self.small.stretches("a"), [("2027-01-01", "2027-02-01", "exception"), ("2027-02-01", "2027-03-01", "rule"),
                                                 ("2027-03-01", "2027-04-01", "exception")])
    self.assertEqual(self.small.periods("a"), [("2027-01-01", "2027-04-01")])

  def test_what_a_period_rests_on(self):
    self.small.change(rule("a", "2027-02-01", AHOLA), rule("a", "2027-03-01", TAGGED), exception("a", "2027-01-20"))
    period, = Answers(self.small.world).periods("p", "a", "t")
    recognised = "type rule t from 2027-01-01"
    self.assertEqual(period, {"from": "2027-01-20", "to": None, "rests_on": [
        ["2027-01-20", "2027-02-01", ["exception x"]],
        ["2027-02-01", "2027-03-01", ["rule a general from 2027-02-01", recognised]],
        ["2027-03-01", None, ["rule a general from 2027-03-01", recognised]]]})

  def test_ended(self):
    self.small.change(exception("a", "2027-02-01"))
    self.small.change({"do": "end_except", "exception": "x", "at": "2027-03-01"})
    self.assertEqual(self.small.periods("a"), [("2027-02-01", "2027-03-01")])
    self.assertEqual(refusal(self.small, {"do": "end_except", "exception": "x", "at": "2027-03-05"}), ("OUTSIDE", 0))
    self.assertEqual(refusal(self.small, {"do": "end_except", "exception": "y", "at": "2027-03-05"}), ("UNKNOWN_EXCEPTION", 0))

  def test_bad(self):
    self.assertEqual(refusal(self.small, exception("a", "2027-02-01", person="nobody")), ("UNKNOWN_PERSON", 0))
    self.assertEqual(refusal(self.small, exception("z", "2027-02-01")), ("UNKNOWN_ORGAN", 0))
    self.assertEqual(refusal(self.small, exception("a", "2027-02-01", "2027-01-01")), ("PERIOD_REVERSED", 0))
    self.assertEqual(refusal(self.small, rule("a", "2027-02-01", AHOLA, "nothing")), ("UNKNOWN_TYPE", 0))


class Why(unittest.TestCase):
  def test_the_tree_of_conditions(self):
    small = Small().person(town="Ahola").organ("a", rule=BERGA).organ("b", "a", rule=AHOLA)
    why = Answers(small.world).why("p", "b", "t", day("2027-03-01"))
    self.assertEqual((why["member"], why["in_tree"], why["type_rule"]["holds"]), (None, True, True))
    self.assertEqual([(each["of"], each["holds"], each["facts"]) for each in why["rules"]],
                     [("a", False, ["Ahola"]), ("b", True, ["Ahola"])])


if __name__ == "__main__":
  unittest.main()
