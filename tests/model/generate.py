#!/usr/bin/env python3
"""Random small worlds by seed: what to do to the service and what it must answer, as NDJSON on standard output.

  python3 generate.py [--seed N] [--worlds N] [--operations N] [--without WORD]... [--rows]

The lines are described in README.md. --without leaves a kind of operation out (undo, merge, split, reopen,
erase, invalid, ...; end_excepted: the end of a person who has an exception);
--rows adds to each expectation the rows that were known, for those who judge rows only.
"""

import argparse
import json
import random
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from answers import Answers
from changes import Refused
from conditions import SINGLE
from days import day, instant_text, text
from world import World

ZONE = "Europe/Helsinki"
GAZETTEER = {"towns": ["Ahola", "Berga", "Ceske"], "municipalities": ["Mahola", "Norrby"], "provinces": ["Peri", "Quark"],
             "postal_codes": ["00100", "00200", "01000", "0A100", "99999"]}
VALUES = {"town": GAZETTEER["towns"], "municipality": GAZETTEER["municipalities"], "province": GAZETTEER["provinces"],
          "postal_code": GAZETTEER["postal_codes"], "country": ["FI", "SE"]}
SUBSCRIPTIONS, POSITIONS, TAGS = ["full", "youth"], ["chair", "secretary"], ["choir", "vip"]
MEMBER_TYPES = ["ordinary", "honorary"]
BASES = ["2026-03-24", "2026-10-20", "2027-02-20", "2028-01-20", "2028-02-24", "2030-06-01"]
THRESHOLDS = [7, 18, 30, 65]


class Generator:
  def __init__(self, seed, operations, without, rows=False):
    self.random, self.without, self.operations, self.rows = random.Random(seed), without, operations, rows
    self.seed, self.number, self.lines = seed, 0, []
    self.base = day(self.random.choice(BASES))
    self.world = World(ZONE, GAZETTEER)
    self.moment = self.local(self.base, 0, 30)
    self.plans, self.founding, self.fresh = [], [], []

  # Time.

  def local(self, on, hour, minute):
    start = datetime.fromisoformat(text(on)).replace(tzinfo=ZoneInfo(ZONE))
    return start.astimezone(timezone.utc) + timedelta(hours=hour, minutes=minute)

  def step(self, most_days=2):
    """The next recorded instant: soon, at the edge of a midnight, or some days on."""
    today = self.local_today()
    choices = [self.moment + timedelta(minutes=1)]
    for ahead in range(0, most_days + 1):
      choices += [self.local(today + ahead, hour, minute) for hour, minute in ((0, 0), (0, 1), (9, 30), (22, 59), (23, 59))]
    self.moment = self.random.choice([moment for moment in choices if moment > self.moment])
    return instant_text(self.moment)

  def local_today(self):
    return self.moment.astimezone(ZoneInfo(ZONE)).date().toordinal()

  def some_day(self, organisation=None):
    """A valid date: now and then today, a day others have, or 29 February."""
    today = self.local_today()
    if organisation and self.world.policies[organisation] == "EVALUATION_DATED" and not self.chance(0.06):
      return text(today + self.random.choice([0, 0, 1, 2, 3, 5, 8, 13, 21, 34]))
    known = sorted({on for row in self.world.store.rows for on in (row.start, row.end) if abs(on - today) < 120})
    if known and self.chance(0.3):
      return text(self.random.choice(known))
    return text(self.base + self.random.randint(-40, 50))

  def chance(self, share):
    return self.random.random() < share

  def pick(self, values):
    return self.random.choice(sorted(values))

  def name(self, letter):
    self.number += 1
    return f"{letter}{self.number}"

  # Conditions.

  def condition(self, depth, organ=True):
    if depth > 0 and self.chance(0.35):
      word = self.pick(["all", "any", "not"])
      if word == "not":
        return {"not": self.condition(depth - 1, organ)}
      return {word: [self.condition(depth - 1, organ) for _ in range(self.random.randint(1, 3))]}
    word = self.pick(["equals", "equals", "in", "between", "subscription", "position"] + ["admitted"] * organ)
    if word == "equals":
      kind = self.pick(list(VALUES) + ["tag"])
      return {word: [kind, self.pick(VALUES.get(kind, TAGS))]}
    if word == "in":
      kind = self.pick(VALUES)
      return {word: [kind, self.random.sample(VALUES[kind], self.random.randint(1, len(VALUES[kind])))]}
    if word == "between":
      return {word: self.pick([["age"] + self.ends(THRESHOLDS), ["postal_code"] + self.ends(VALUES["postal_code"]),
                               ["birth_date"] + self.ends(["1998-03-01", "2008-02-29", "2012-12-31"])])}
    if word == "subscription":
      return {word: self.pick(SUBSCRIPTIONS)}
    if word == "admitted":
      return {word: self.random.choice([None, None] + MEMBER_TYPES)}
    return {word: self.pick(POSITIONS)}

  def pick_rule(self, organ=True):
    """Often one that many fulfil, or that asks for what somebody has on record."""
    if self.chance(0.35):
      return {"any": [{"not": self.condition(0, organ)}, self.condition(1, organ)]}
    values = sorted({row.value[1:] for row in self.world.store.current("fact")
                     if row.value[1] in list(VALUES) + ["subscription"]})
    values = [(kind, value) for kind, value in values if value != "Nowhere"]
    if values and self.chance(0.6):
      kind, value = self.random.choice(values)
      common = {"subscription": value} if kind == "subscription" else {"equals": [kind, value]}
      return common if self.chance(0.5) else {"any": [common, self.condition(1, organ)]}
    return self.condition(2, organ)

  def ends(self, values):
    low, high = sorted(self.random.choices(values, k=2))
    return self.random.choice([[low, None], [None, high], [low, high]])

  # Lines.

  def emit(self, **line):
    self.lines.append(line)

  def attempt(self, op, method, *arguments, **fields):
    """Does something to the world and writes the line: what to do and how it must end."""
    recorded = self.step()
    try:
      method(recorded, *arguments)
      outcome = {"accepted": True}
    except Refused as refused:
      outcome = {"accepted": False, "reason": refused.reason, "field": refused.field}
      outcome.update({} if refused.place is None else {"place": refused.place})
      outcome.update({"later": refused.later} if refused.reason in ("SUPERSEDED", "CONSTRAINT") else {})
    if op in ("fact", "correct", "withdraw", "end_person"):
      fields["rows"] = self.fact_rows()
    self.emit(op=op, recorded=recorded, **fields, expect=outcome)
    return outcome["accepted"]

  def fact_rows(self):
    """What the operation did to rows of facts, as the service that owns them tells it."""
    facts = [row for row in self.world.store.rows if row.table == "fact"]
    return {"superseded": [[row.line, row.value[1]] for row in facts if row.superseded == self.world.store.now],
            "recorded": [[row.line, *row.value[1:], text(row.start), text(row.end)] for row in facts
                         if row.recorded == self.world.store.now]}

  # Worlds.

  def run(self):
    policies = [self.pick(["ATTRIBUTE_DATED", "EVALUATION_DATED"]) for _ in range(1 + self.chance(0.2))]
    self.emit(op="world", seed=self.seed, zone=ZONE, gazetteer=GAZETTEER)
    founded = [self.found_organisation(policy) for policy in policies]
    for _ in range(self.random.choice([1, 2, 2, 3, 3, 4, 6])):
      person = self.name("p")
      self.attempt("person", self.world.add_person, person, person=person)
      for _ in range(self.random.randint(2, 7)):
        self.record_fact()
    for organisation, start in founded:
      self.first_changes(organisation, start)
    for _ in range(self.random.randint(0, 2 * len(self.world.persons))):
      self.record_fact()
    for _ in range(self.random.randint(3, self.random.choice([1, 1, 2]) * self.operations)):
      self.operation()
      if self.chance(0.12):
        self.expect([None])
    days = sorted({on for on in self.world.store.days})
    self.expect([None] + sorted({self.pick(days) for _ in range(3)} | ({days[0] - 1} if self.chance(0.1) else set())))
    self.emit(op="done", seed=self.seed)

  def found_organisation(self, policy):
    organisation = self.name("o")
    start = text(self.base if policy == "EVALUATION_DATED" else self.base + self.random.randint(-60, -30))
    self.attempt("organisation", self.world.create_organisation, organisation, policy, start,
                 organisation=organisation, policy=policy, **{"from": start})
    for _ in range(self.pick([1, 1, 2, 3])):
      type_ = self.name("t")
      self.attempt("type", self.world.create_type, organisation, type_, type=type_, organisation=organisation)
    return organisation, start

  def first_changes(self, organisation, start):
    """The first organs with their rules, in one set."""
    changes, above = [], [organisation]
    policy = self.world.policies[organisation]
    for _ in range(self.random.randint(1, 4)):
      organ, parent = self.name("o"), self.pick(above)
      at = start if policy == "EVALUATION_DATED" else text(day(start) + self.random.choice([0, 0, 5, 20]))
      at = max([at] + [change["at"] for change in changes if change.get("organ") == parent])
      changes.append({"do": "create", "organ": organ, "parent": parent, "at": at})
      above.append(organ)
    for type_ in self.types(organisation):
      if self.chance(0.9):
        changes.append({"do": "type_rule", "type": type_, "at": start, "rule": self.pick_rule(False)})
    for organ in above:
      if self.chance(0.5):
        changes.append({"do": "rule", "organ": organ, "type": None, "at": start, "rule": self.pick_rule()})
      if self.chance(0.4):
        changes.append({"do": "rule", "organ": organ, "type": self.pick(self.types(organisation)), "at": start,
                        "rule": self.pick_rule()})
    if self.apply(organisation, changes):
      self.founding.append(self.plans[-1])

  def types(self, organisation):
    return [type_ for type_, owner in self.world.types.items() if owner == organisation]

  def apply(self, organisation, changes):
    """Dates the policy forbids are moved on, but for a few: such a set has that one change, so that its fault is one."""
    plan = self.name("plan")
    for change in changes:
      for field in ("at", "from"):
        if field in change and self.world.policies[organisation] == "EVALUATION_DATED" and not self.chance(0.04):
          change[field] = max(change[field], text(self.local_today() + 2))
      if change.get("to") and change["to"] <= change["from"] and not (change["to"] < change["from"] and self.chance(0.1)):
        change["to"] = text(day(change["from"]) + 9)
    past = [change for change in changes if self.past(organisation, change)]
    changes = past[:1] or changes
    done = self.attempt("apply", self.world.apply, plan, organisation, changes,
                        plan=plan, organisation=organisation, changes=changes)
    if done:
      self.plans.append(plan)
    return done

  def past(self, organisation, change):
    """Forbidden on whatever day the set is recorded, which is at most two days on."""
    dates = [change[field] for field in ("at", "from", "to") if change.get(field)]
    return self.world.policies[organisation] == "EVALUATION_DATED" and min(dates) < text(self.local_today() + 2)

  def operation(self):
    kinds = {"fact": 22, "correct": 8, "withdraw": 4, "end_person": 2, "erase": 1, "apply": 40, "undo": 12}
    kinds = {kind: weight for kind, weight in kinds.items() if kind not in self.without}
    kind, = self.random.choices(list(kinds), list(kinds.values()))
    getattr(self, {"fact": "record_fact", "correct": "correct_fact", "withdraw": "withdraw_fact",
                   "apply": "change_set"}.get(kind, kind))()

  def fact(self):
    kind = self.pick(SINGLE + ("subscription", "subscription", "admission", "position", "tag"))
    if kind == "birth_date":
      value = self.pick(["2008-02-29", "2010-02-28", "2010-03-01", "2012-02-29", "1963-03-15", "1998-06-10", "2021-03-02",
                         text(day("2010-01-01") + self.random.randint(0, 3000))])
    elif kind in VALUES:
      value = self.pick(VALUES[kind] + ["Nowhere"] * (kind == "town" and self.chance(0.1)))
    elif kind == "admission":
      value = [self.pick(self.organs(None)), self.pick(MEMBER_TYPES)]
    elif kind == "position":
      value = [self.pick(POSITIONS), self.pick(self.organs(None))]
    else:
      value = self.pick(SUBSCRIPTIONS if kind == "subscription" else TAGS)
    return kind, value

  def period(self, organisation=None):
    start = self.some_day(organisation)
    if self.chance(0.5):
      return start, None
    return start, text(day(start) + self.pick([1, 2, 7, 14, 30, 60]))

  def record_fact(self):
    if not self.world.persons:
      return
    person, name = self.pick(self.world.persons), self.name("f")
    kind, value = self.fact()
    start, end = self.period()
    self.attempt("fact", self.world.record_fact, name, person, kind, value, start, end,
                 fact=name, person=person, kind=kind, value=value, **{"from": start, "to": end})

  def live_facts(self):
    return [name for name in self.world.fact_names if self.world.store.current("fact", name)]

  def correct_fact(self):
    if not self.live_facts():
      return
    name = self.pick(self.live_facts())
    kind, value = self.fact()
    while kind != self.world.fact_names[name][1]:
      kind, value = self.fact()
    start, end = self.period()
    if self.chance(0.4):
      row = self.world.store.current("fact", name)[0]
      start, end, value = text(row.start), text(row.end), value if self.chance(0.5) else row.value[2]
    self.attempt("correct", self.world.correct_fact, name, value, start, end, fact=name, kind=kind,
                 person=self.world.fact_names[name][0], value=value, **{"from": start, "to": end})

  def withdraw_fact(self):
    if self.live_facts():
      name = self.pick(self.live_facts())
      person = self.world.fact_names[name][0]
      self.attempt("withdraw", self.world.withdraw_fact, name, fact=name, person=person)

  def end_person(self):
    persons = [person for person in self.world.persons if "end_excepted" not in self.without
               or not any(row.value[0] == person for row in self.world.store.current("exception"))]
    if persons:
      person, on = self.pick(persons), self.some_day()
      self.attempt("end_person", self.world.end_person, person, on, person=person, at=on)

  def erase(self):
    if len(self.world.persons) > 1:
      person = self.pick(self.world.persons)
      self.attempt("erase", self.world.erase_person, person, person=person)

  def undo(self):
    applied = [plan for plan in self.plans if self.world.plans[plan]["state"] == "applied"]
    if self.chance(0.95):
      applied = [plan for plan in applied if plan not in self.founding]
    if applied:
      plan = self.pick(applied[-4:]) if self.chance(0.5) else applied[-1]
      self.attempt("undo", self.world.undo, plan, plan=plan)

  def change_set(self):
    organisation = self.pick(self.world.policies)
    self.fresh = []
    same_day = self.some_day(organisation)
    dates = [same_day if self.chance(0.4) else self.some_day(organisation) for _ in range(self.random.choice([1, 1, 2, 3, 4]))]
    changes = []
    for change in (self.change(organisation, at) for at in dates):
      # A driver names an exception by its row, and these have made another row of it.
      stale = change and change["do"] == "end_except" and any(
        before["do"] in ("merge", "split", "end_except") for before in changes)
      changes += [change] if change and not stale else []
    if changes:
      self.apply(organisation, changes)

  def organs(self, organisation):
    return [organ for organ, owner in self.world.organisation_of.items() if organisation in (None, owner)]

  def organ(self, organisation, at=None, root=True):
    """An organ of the organisation, of the set being written too; now and then one that is nobody's."""
    organs = [organ for organ in self.organs(organisation) if self.world.store.current("life", organ)]
    if at and self.chance(0.8):
      known = self.world.store.known(None)
      organs = [organ for organ in organs if known.in_tree(organ, day(at))] or organs
    organs += self.fresh if self.chance(0.3) else []
    if not root and not self.invalid():
      organs = [organ for organ in organs if organ != organisation] or ["o999"]
    return "o999" if self.invalid() else self.pick(organs)

  def invalid(self):
    return "invalid" not in self.without and self.chance(0.05)

  def change(self, organisation, at):
    kinds = {"create": 8, "move": 12, "merge": 6, "split": 6, "end": 8, "reopen": 7, "rule": 16, "type_rule": 6, "except": 12,
             "end_except": 5}
    kinds = {kind: weight for kind, weight in kinds.items() if kind not in self.without}
    kind, = self.random.choices(list(kinds), list(kinds.values()))
    change = getattr(self, "make_" + kind)(organisation, at)
    if change is None or "o999" in change.values() and not self.invalid():
      return None
    return change

  def make_create(self, organisation, at):
    if len(self.organs(None)) + len(self.fresh) >= 8:
      return None
    organ, parent = self.name("o"), self.organ(organisation, at)
    self.fresh.append(organ)
    return {"do": "create", "organ": organ, "parent": parent, "at": at}

  def make_move(self, organisation, at):
    return {"do": "move", "organ": self.organ(organisation, at, False), "parent": self.organ(organisation, at), "at": at}

  def make_merge(self, organisation, at):
    organ, into, known = self.organ(organisation, at, False), self.organ(organisation, at), self.world.store.known(None)
    strangers = [other for other in self.organs(organisation) if other not in known.path(organ, day(at))
                 and organ not in known.path(other, day(at))]
    if strangers and self.chance(0.8):
      into = self.random.choice(strangers)
    return {"do": "merge", "organ": organ, "into": into, "at": at}

  def make_split(self, organisation, at):
    organ = self.organ(organisation, at, False)
    children = {row.key for row in self.world.store.current("edge") if row.value == organ and row.end > day(at)}
    parts = [{"organ": self.name("o"), "children": []} for _ in range(self.pick([2, 2, 3]))]
    if len(self.organs(None)) + len(parts) > 10:
      return None
    for child in sorted(children):
      if not self.invalid():
        self.random.choice(parts)["children"].append(child)
      if self.invalid():
        self.random.choice(parts)["children"].append(child)
    self.fresh += [part["organ"] for part in parts]
    return {"do": "split", "organ": organ, "at": at, "parts": parts,
            "exceptions_to": self.random.choice([None] + [part["organ"] for part in parts])}

  def make_end(self, organisation, at):
    return {"do": "end", "organ": self.organ(organisation, at, self.chance(0.04)), "at": at}

  def make_reopen(self, organisation, at):
    closed = [organ for organ in self.organs(organisation)
              if any(row.end < day("9999-12-31") for row in self.world.store.current("life", organ))]
    if not closed:
      return None
    organ = self.pick(closed)
    if not self.invalid():
      end = max(row.end for row in self.world.store.current("life", organ) if row.end < day("9999-12-31"))
      at = max(at, text(end + self.pick([0, 1, 5])))
    return {"do": "reopen", "organ": organ, "at": at}

  def make_rule(self, organisation, at):
    organ, type_ = self.organ(organisation, at), self.random.choice([None] + self.types(organisation))
    gone = self.world.store.known(None).rule(organ, type_, day(at)) and self.chance(0.25)
    return {"do": "rule", "organ": organ, "type": type_, "at": at, "rule": None if gone else self.sometimes_bad(True)}

  def make_type_rule(self, organisation, at):
    type_ = "t999" if self.invalid() else self.pick(self.types(organisation))
    gone = self.world.store.known(None).type_rule(type_, day(at)) and self.chance(0.2)
    return {"do": "type_rule", "type": type_, "at": at, "rule": None if gone else self.sometimes_bad(False)}

  def sometimes_bad(self, organ):
    if not self.invalid():
      return self.pick_rule(organ)
    return self.random.choice([{"equals": ["town", "Atlantis"]}, {"all": []}, {"in": ["town", []]},
                               {"any": [{"equals": ["municipality", "Atlantis"]}, {"position": "chair"}]}])

  def make_except(self, organisation, at):
    if not self.world.persons:
      return None
    name, person = self.name("x"), "p999" if self.invalid() else self.pick(self.world.persons)
    start, end = self.period(organisation)
    return {"do": "except", "exception": name, "person": person, "organ": self.organ(organisation, at),
            "type": self.pick(self.types(organisation)), "from": start, "to": end}

  def make_end_except(self, organisation, at):
    """One of this organisation that a merge has not continued elsewhere: there its name would be two rows'."""
    there = [row for row in self.world.store.current("exception")
             if self.world.organisation_of[row.value[2]] == organisation
             and len(self.world.store.current("exception", row.key)) == 1]
    if not there:
      return None
    row = self.random.choice(there)
    if day(at) <= row.start:
      at = text(row.start + self.pick([1, 3, 10]))
    return {"do": "end_except", "exception": row.key, "at": at}

  # Answers.

  def expect(self, moments):
    """One line for each moment: everybody in everything, who is not named is in nothing."""
    answers = Answers(self.world)
    for moment in moments:
      memberships = []
      for person in sorted(self.world.persons | self.world.erased):
        for type_, organisation in sorted(self.world.types.items()):
          for organ in self.organs(organisation):
            stretches = answers.stretches(person, organ, type_, moment)
            if stretches:
              memberships.append({"person": person, "organ": organ, "type": type_, "stretches": stretches})
      self.emit(op="expect", at=instant_text(self.moment), as_known_on=None if moment is None else text(moment),
                memberships=memberships, **({"judged": self.judged(moment)} if self.rows else {}))

  def judged(self, moment):
    """For each organisation the windows of days with the rows each is judged by."""
    windows = []
    for organisation, policy in self.world.policies.items():
      last = self.world.today if moment is None else moment
      days = range(self.world.store.days[0], last) if policy == "EVALUATION_DATED" else []
      for on in days:
        self.add_window(windows, organisation, on, on + 1, self.world.store.known(on))
      self.add_window(windows, organisation, last if days else None, None, self.world.store.known(moment))
    return windows

  def add_window(self, windows, organisation, start, end, known):
    rows, own = [], lambda name: self.world.organisation_of.get(name, self.world.types.get(name)) == organisation
    for key, row in ((key, row) for rows_of in known.tables.values() for key, list_of in rows_of.items() for row in list_of):
      period = [text(row.start), text(row.end)]
      if row.table == "fact":
        rows.append(["fact", *row.value, *period])
      elif row.table == "exception" and own(row.value[2]):
        rows.append(["exception", *row.value, *period])
      elif row.table == "rule" and own(key[0]):
        rows.append(["rule", *key, row.value, *period])
      elif row.table == "type_rule" and own(key):
        rows.append(["rule", None, key, row.value, *period])
      elif row.table in ("life", "edge") and own(key):
        rows.append([row.table, key, row.value, *period])
    start, end = start and text(start), end and text(end)
    if windows and windows[-1]["organisation"] == organisation and windows[-1]["rows"] == rows:
      windows[-1]["to"] = end
    else:
      windows.append({"organisation": organisation, "from": start, "to": end, "rows": rows})


def main():
  parser = argparse.ArgumentParser()
  parser.add_argument("--seed", type=int, default=1)
  parser.add_argument("--worlds", type=int, default=1)
  parser.add_argument("--operations", type=int, default=30)
  parser.add_argument("--without", action="append", default=[])
  parser.add_argument("--rows", action="store_true")
  arguments = parser.parse_args()
  for seed in range(arguments.seed, arguments.seed + arguments.worlds):
    generator = Generator(seed, arguments.operations, arguments.without, arguments.rows)
    generator.run()
    for line in generator.lines:
      sys.stdout.write(json.dumps(line, separators=(",", ":"), ensure_ascii=False) + "\n")


if __name__ == "__main__":
  main()
