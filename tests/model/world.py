"""A federation: persons with facts, organisations with organs, rules and exceptions, and everything done to them in the order
of its recording. What a change set may do is in changes.py, what the answers are in answers.py."""

from changes import Changes, Refused
from days import FOREVER, day, instant, local_day
from rows import Store
from conditions import SINGLE


class World:
  def __init__(self, zone, gazetteer):
    self.zone, self.gazetteer = zone, gazetteer
    self.store = Store()
    self.policies, self.types, self.organisation_of = {}, {}, {}
    self.persons, self.erased = set(), set()
    self.plans = {}
    self.fact_names = {}
    self.moment = None

  # Operations: each is recorded at an instant, later than all before.

  def begin(self, moment):
    moment = instant(moment)
    assert self.moment is None or moment > self.moment, "recorded time only moves on"
    self.moment = moment
    return self.store.begin(local_day(moment, self.zone))

  @property
  def today(self):
    return self.store.days[-1]

  def create_organisation(self, moment, organisation, policy, start):
    """The root organ has the name of the organisation. The policy is fixed from here on."""
    self.begin(moment)
    assert policy in ("ATTRIBUTE_DATED", "EVALUATION_DATED") and organisation not in self.policies
    self.policies[organisation] = policy
    self.organisation_of[organisation] = organisation
    self.store.roots.add(organisation)
    self.store.put("life", organisation, None, day(start), FOREVER, until_next=True)

  def create_type(self, moment, organisation, type_):
    self.begin(moment)
    assert type_ not in self.types
    self.types[type_] = organisation

  def add_person(self, moment, person):
    self.begin(moment)
    self.persons.add(person)

  def record_fact(self, moment, name, person, kind, value, start, end):
    """value: text; of an admission [organ, member type], of a position [name, organ]."""
    self.begin(moment)
    self.known_person(person)
    assert name not in self.fact_names, "a fact is named once"
    self.refuse_reversed(start, end)
    self.fact_names[name] = (person, kind)
    self.lay(name, person, kind, value, start, end)
    self.store.settle()

  def correct_fact(self, moment, name, value, start, end):
    """Gives value and period anew; what was recorded under the name before is superseded."""
    self.begin(moment)
    person, kind = self.named_fact(name)
    self.refuse_reversed(start, end)
    for row in self.store.current("fact", name):
      self.store.supersede(row)
    self.lay(name, person, kind, value, start, end)
    self.store.settle()

  def withdraw_fact(self, moment, name):
    """Gives nothing back of what the fact had cut."""
    self.begin(moment)
    self.named_fact(name)
    for row in self.store.current("fact", name):
      self.store.supersede(row)
    del self.fact_names[name]

  def lay(self, name, person, kind, value, start, end):
    """A fact with one value on a day cuts what was on record for those days."""
    start, end = day(start), day(end)
    if kind in SINGLE:
      for row in self.store.current("fact"):
        if row.value[:2] == (person, kind) and row.start < end and start < row.end:
          self.store.cut(row, start, end)
    self.store.put("fact", name, (person, kind, tuple(value) if isinstance(value, list) else value), start, end)

  def end_person(self, moment, person, on):
    """Facts and exceptions end that day, and what would begin later never does."""
    self.begin(moment)
    self.known_person(person)
    for row in self.rows_of(person):
      if row.superseded is None and row.end > day(on):
        self.store.cut(row, day(on), FOREVER)

  def erase_person(self, moment, person):
    """The one change that reaches into what was known."""
    self.begin(moment)
    self.known_person(person)
    gone = self.rows_of(person)
    self.store.rows = [row for row in self.store.rows if row not in gone]
    self.fact_names = {name: (who, kind) for name, (who, kind) in self.fact_names.items() if who != person}
    self.persons.discard(person)
    self.erased.add(person)

  @staticmethod
  def refuse_reversed(start, end):
    if day(end) < day(start):
      raise Refused("PERIOD_REVERSED", "to")

  def rows_of(self, person):
    return [row for row in self.store.rows if row.table in ("fact", "exception") and row.value[0] == person]

  def known_person(self, person):
    if person not in self.persons:
      raise Refused("UNKNOWN_PERSON", "person")

  def named_fact(self, name):
    if name not in self.fact_names:
      raise Refused("UNKNOWN_FACT", "fact")
    return self.fact_names[name]

  def apply(self, moment, plan, organisation, changes):
    """Carries a change set out, or raises Refused with the place of the first invalid change and leaves everything as it was."""
    number = self.begin(moment)
    before = dict(self.organisation_of)
    run = Changes(self, plan, organisation)
    for place, change in enumerate(changes):
      try:
        run.carry_out(change)
      except Refused as refusal:
        refusal.place = place
        self.organisation_of = before
        self.store.revert()
        raise
    self.store.settle()
    self.plans[plan] = {"number": number, "state": "applied", "organisation": organisation, "changes": changes}

  def undo(self, moment, plan):
    """Makes a plan not have happened: what it recorded is superseded, what it superseded is recorded again."""
    number = self.begin(moment)
    if self.plans.get(plan, {}).get("state") != "applied":
      raise Refused("NOT_APPLIED", "plan")
    before = self.store.known(None)
    recorded = [row for row in self.store.rows if row.recorded == self.plans[plan]["number"]]
    given_up = [row for row in self.store.rows if row.superseded == self.plans[plan]["number"]]
    self.refuse_if_superseded(recorded)
    try:
      for row in recorded:
        self.store.supersede(self.line(row))
      for row in given_up:
        self.store.put(row.table, row.key, row.value, row.start, row.end, row.plan, row.line, row.until_next)
      self.extend_what_ended_there()
      Changes(self, plan, self.plans[plan]["organisation"]).check_undone(before)
    except Refused:
      self.store.revert()
      raise
    self.store.settle()
    self.plans[plan].update(state="undone", undone_by=number)

  def line(self, row):
    """The row on record now that is this row, or what an undo gave back of it."""
    return next((other for other in self.store.current() if other.line == row.line), None)

  def refuse_if_superseded(self, recorded):
    later, refused = set(), False
    for row in recorded:
      if not self.line(row):
        last = max((other for other in self.store.rows if other.line == row.line), key=lambda other: other.superseded)
        later.update(plan for plan, about in self.plans.items()
                     if about["number"] == last.superseded and about["state"] == "applied")
        refused = True
    if refused:
      raise Refused("SUPERSEDED", "plan", later)

  def extend_what_ended_there(self):
    """A change holds until the next change on record: when the undo took that one away, it holds on."""
    for row in self.store.current():
      starts = [other.start for other in self.store.current(row.table, row.key) if other.start >= row.end]
      if row.until_next and row.end not in starts and min(starts, default=FOREVER) > row.end:
        self.store.supersede(row)
        self.store.put(row.table, row.key, row.value, row.start, min(starts, default=FOREVER), row.plan, row.line, True)
