"""The answers: who is a member on a day, in which periods, resting on what, and why. Nothing is remembered from one moment
of recording to the next; a day is judged by what was known at the moment its policy names, and by nothing else."""

from conditions import ages, explained, holds
from days import FOREVER, birthday, day, text


class Answers:
  """Answers of a world as it is now; to be made anew after each operation. `as_known_on` is a day or None for now."""

  def __init__(self, world):
    self.world, self.store = world, world.store
    self.kept, self.views = {}, {}

  def knowledge(self, type_, on, as_known_on):
    """What a day is judged by: everything known, or in an EVALUATION_DATED organisation what was known at the end of that day."""
    moment = as_known_on
    if self.world.policies[self.world.types[type_]] == "EVALUATION_DATED" and on < self.world.today:
      moment = on if as_known_on is None else min(on, as_known_on)
    if moment not in self.kept:
      self.kept[moment] = self.store.known(moment)
    return self.kept[moment]

  def member(self, person, organ, type_, on, as_known_on=None):
    """None, "rule" or "exception"."""
    return self.member_by(self.knowledge(type_, on, as_known_on), person, organ, type_, on)

  def member_by(self, known, person, organ, type_, on):
    if person in self.world.erased or not self.in_tree(known, organ, on):
      return None
    if self.own_rule(known, organ, type_, on) and self.eligible_by(known, person, organ, type_, on):
      return "rule"
    below = [self.member_by(known, person, child, type_, on) for child in self.children(known, organ, on)]
    if "rule" in below:
      return "rule"
    if known.exceptions(person, type_, organ, on) or "exception" in below:
      return "exception"
    return None

  # The tree of a day is asked for by every person and type: what one knowledge says of it is looked up once.

  def view(self, known, on):
    if (known, on) not in self.views:
      inside = [organ for organ in known.organs() if known.in_tree(organ, on)]
      below = {organ: [] for organ in inside}
      for child in inside:
        if known.parent(child, on):
          below[known.parent(child, on)].append(child)
      self.views[known, on] = below, {organ: known.path(organ, on) for organ in inside}, {}
    return self.views[known, on]

  def in_tree(self, known, organ, on):
    return organ in self.view(known, on)[0]

  def children(self, known, organ, on):
    return self.view(known, on)[0][organ]

  def path(self, known, organ, on):
    return self.view(known, on)[1][organ]

  def facts(self, known, person, on):
    facts = self.view(known, on)[2]
    if person not in facts:
      facts[person] = known.facts(person, on)
    return facts[person]

  @staticmethod
  def own_rule(known, organ, type_, on):
    """A general rule or a rule for the type in force."""
    return known.rule(organ, None, on) or known.rule(organ, type_, on)

  def eligible(self, person, organ, type_, on, as_known_on=None):
    return self.eligible_by(self.knowledge(type_, on, as_known_on), person, organ, type_, on)

  def eligible_by(self, known, person, organ, type_, on):
    """The type's rule holds, and for the organ and everything above its general rule and its rule for the type. A type
    without a rule recognises nobody; an organ without one asks nothing."""
    facts = self.facts(known, person, on)
    recognised = known.type_rule(type_, on)
    if not recognised or not holds(recognised.value, facts, None, on):
      return False
    for above in self.path(known, organ, on):
      for rule in (known.rule(above, None, on), known.rule(above, type_, on)):
        if rule and not holds(rule.value, facts, above, on):
          return False
    return True

  # Periods.

  def turning_days(self, person, until_known):
    """Days on which an answer about the person may change. Between two of them no row begins or ends, the person has no
    birthday that a rule asks for, and the knowledge is the same."""
    days, years, births = set(), set(), set()
    for row in self.store.rows:
      if row.table == "fact" and row.value[0] != person or row.table == "exception" and row.value[0] != person:
        continue
      days.update((row.start, row.end))
      if row.table in ("rule", "type_rule") and row.value is not None:
        years |= ages(row.value)
      if row.table == "fact" and row.value[1] == "birth_date":
        births.add(day(row.value[2]))
    days.update(birthday(born, age) for born in births for age in years)
    for number, recorded in enumerate(self.store.days):
      days.update((recorded, recorded + 1))
    return sorted(on for on in days if on < FOREVER)

  def runs(self, person, organ, type_, as_known_on, answer):
    """[[from, to, answer], ...] for the days on which the answer is not None; neighbours with one answer are one."""
    runs = []
    turning = self.turning_days(person, as_known_on)
    for on, following in zip(turning, turning[1:] + [FOREVER]):
      said = answer(person, organ, type_, on, as_known_on)
      if said is None:
        continue
      if runs and runs[-1][1] == on and runs[-1][2] == said:
        runs[-1][1] = following
      else:
        runs.append([on, following, said])
    return runs

  def stretches(self, person, organ, type_, as_known_on=None):
    """[[from, to or None, "rule" or "exception"], ...]"""
    return [[text(start), text(end), said] for start, end, said in self.runs(person, organ, type_, as_known_on, self.member)]

  def periods(self, person, organ, type_, as_known_on=None):
    """A period is split only by days without membership: [{"from", "to", "rests_on": [[from, to, [name, ...]], ...]}, ...]"""
    periods = []
    for start, end, said in self.runs(person, organ, type_, as_known_on, self.rests_on):
      if periods and periods[-1]["to"] == text(start):
        periods[-1]["to"] = text(end)
      else:
        periods.append({"from": text(start), "to": text(end), "rests_on": []})
      periods[-1]["rests_on"].append([text(start), text(end), sorted(said)])
    return periods

  def rests_on(self, person, organ, type_, on, as_known_on=None):
    """Names of the rule versions, or of the exceptions, by which a member is one; None for who is not."""
    known = self.knowledge(type_, on, as_known_on)
    origin = self.member_by(known, person, organ, type_, on)
    return frozenset(self.ground(known, person, organ, type_, on, origin)) if origin else None

  def ground(self, known, person, organ, type_, on, origin):
    names = set()
    if origin == "exception":
      names.update(f"exception {row.key}" for row in known.exceptions(person, type_, organ, on))
    elif self.own_rule(known, organ, type_, on) and self.eligible_by(known, person, organ, type_, on):
      names.add(f"type rule {type_} from {text(known.type_rule(type_, on).start)}")
      for above in self.path(known, organ, on):
        for asks in (None, type_):
          rule = known.rule(above, asks, on)
          names.update([f"rule {above} {asks or 'general'} from {text(rule.start)}"] if rule else [])
    for child in self.children(known, organ, on):
      if self.member_by(known, person, child, type_, on) == origin:
        names |= self.ground(known, person, child, type_, on, origin)
    return names

  def why(self, person, organ, type_, on, as_known_on=None):
    """The tree of conditions with their truth, from the type down to the organ, and what children and exceptions add."""
    known = self.knowledge(type_, on, as_known_on)
    facts = known.facts(person, on)
    tree = {"organ": organ, "on": text(on), "member": self.member_by(known, person, organ, type_, on),
            "in_tree": known.in_tree(organ, on), "rules": [],
            "exceptions": sorted(row.key for row in known.exceptions(person, type_, organ, on)), "below": []}
    recognised = known.type_rule(type_, on)
    tree["type_rule"] = explained(recognised.value, facts, None, on) if recognised else None
    if tree["in_tree"]:
      for above in reversed(known.path(organ, on)):
        for asks in (None, type_):
          rule = known.rule(above, asks, on)
          if rule:
            tree["rules"].append({"of": above, "for": asks, "since": text(rule.start),
                                  **explained(rule.value, facts, above, on)})
      tree["below"] = [self.why(person, child, type_, on, as_known_on) for child in known.children(organ, on)
                       if self.member_by(known, person, child, type_, on)]
    return tree
