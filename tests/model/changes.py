"""The changes of a change set, each carried out on the result of those before it. A change is a dictionary with the key "do":

  create      organ, parent, at                      an organ is founded below a parent
  move        organ, parent, at
  merge       organ, into, at
  split       organ, at, parts: [{organ, children}], exceptions_to: part or null
  end         organ, at
  reopen      organ, at
  rule        organ, type or null (general), at, rule or null (removed)
  type_rule   type, at, rule or null
  except      exception, person, organ, type, from, to or null
  end_except  exception, at
"""

from conditions import Malformed, check
from days import FOREVER, day


class Refused(Exception):
  """reason, field; place: of the first invalid change in its set; later: the plans to be undone first."""

  def __init__(self, reason, field, later=()):
    super().__init__(reason, field)
    self.reason, self.field, self.later, self.place = reason, field, sorted(later), None


def refuse_unless(condition, reason, field):
  if not condition:
    raise Refused(reason, field)


class Changes:
  def __init__(self, world, plan, organisation):
    self.world, self.store, self.plan, self.organisation = world, world.store, plan, organisation

  def carry_out(self, change):
    self.refuse_past(change)
    getattr(self, "do_" + change["do"])(change)

  def refuse_past(self, change):
    """Every date of every change counts, founding and exceptions included."""
    if self.world.policies[self.organisation] == "EVALUATION_DATED":
      for field in ("at", "from", "to"):
        if change.get(field) is not None:
          refuse_unless(day(change[field]) >= self.world.today, "PAST_DATE", field)

  @property
  def known(self):
    return self.store.known(None)

  def organ(self, change, field="organ"):
    """An organ of this organisation that is on record; one whose founding was undone is not."""
    organ = change[field]
    refuse_unless(self.world.organisation_of.get(organ) == self.organisation and self.store.current("life", organ),
                  "UNKNOWN_ORGAN", field)
    return organ

  def no_root(self, organ):
    refuse_unless(organ not in self.store.roots, "ROOT", "organ")

  def type(self, change):
    refuse_unless(self.world.types.get(change["type"]) == self.organisation, "UNKNOWN_TYPE", "type")
    return change["type"]

  def condition(self, change):
    if change["rule"] is not None:
      try:
        check(change["rule"], self.world.gazetteer)
      except Malformed as malformed:
        raise Refused(malformed.reason, malformed.field) from None
    return change["rule"]

  # Organs.

  def found(self, organ, at):
    refuse_unless(organ not in self.world.organisation_of, "DUPLICATE", "organ")
    self.world.organisation_of[organ] = self.organisation
    self.store.put("life", organ, None, at, FOREVER, self.plan, until_next=True)

  def do_create(self, change):
    parent, at = self.organ(change, "parent"), day(change["at"])
    refuse_unless(self.known.in_tree(parent, at), "PARENT_NOT_IN_TREE", "parent")
    self.found(change["organ"], at)
    self.store.put("edge", change["organ"], parent, at, FOREVER, self.plan, until_next=True)

  def do_move(self, change):
    organ, parent, at = self.organ(change), self.organ(change, "parent"), day(change["at"])
    self.no_root(organ)
    refuse_unless(self.known.lives(organ, at), "CHILD_NOT_ALIVE", "at")
    refuse_unless(self.known.in_tree(parent, at), "PARENT_NOT_IN_TREE", "parent")
    self.store.version("edge", organ, parent, at, self.plan)
    self.refuse_cycle()

  def refuse_cycle(self):
    """On no day may all organs of a cycle live. New days begin only where a row does."""
    known = self.known
    starts = {row.start for table in ("life", "edge") for rows in known.tables[table].values() for row in rows}
    for on in starts:
      for organ in known.organs():
        seen = []
        while organ is not None:
          refuse_unless(organ not in seen, "CYCLE", "parent")
          seen.append(organ)
          organ = known.parent(organ, on)

  def days_of_life(self, organ, at):
    """First day and end of the unbroken days of life around `at`; a reopening on the day of an end breaks nothing."""
    lives = sorted((row.start, row.end) for row in self.store.current("life", organ))
    joined = []
    for start, end in lives:
      if joined and joined[-1][1] == start:
        joined[-1][1] = end
      else:
        joined.append([start, end])
    return next(((start, end) for start, end in joined if start <= at < end), None)

  def end_life(self, organ, at):
    """Inside a life after its first day; removes everything of the life from that day on, later periods too."""
    life = self.days_of_life(organ, at)
    refuse_unless(life, "NOT_ALIVE", "at")
    refuse_unless(life[0] < at, "FIRST_DAY", "at")
    for row in self.store.current("life", organ):
      if row.end > at or row.end == at and row.until_next:
        self.store.cut(row, at, FOREVER, self.plan)

  def do_end(self, change):
    self.end_life(self.organ(change), day(change["at"]))

  def do_reopen(self, change):
    """A new period of life, until the next change of the life on record; the days between stay closed."""
    organ, at = self.organ(change), day(change["at"])
    lives = self.store.current("life", organ)
    refuse_unless(not self.known.lives(organ, at), "ALIVE", "at")
    refuse_unless(min(row.start for row in lives) < at, "BEFORE_LIFE", "at")
    end = min((row.start for row in lives if row.start > at), default=FOREVER)
    self.store.put("life", organ, None, at, end, self.plan, until_next=True)
    self.refuse_cycle()

  def edges_to(self, organ, at):
    """Edges on record that lead to an organ on or after a day, whether or not the child lives."""
    return [row for row in self.store.current("edge") if row.value == organ and row.end > at]

  def lead_elsewhere(self, edge, parent, at):
    """From `at` on the edge leads to another parent. Where the child lives on its first day, the parent is in the tree."""
    start = max(edge.start, at)
    self.store.supersede(edge)
    if edge.start < at:
      self.store.put("edge", edge.key, edge.value, edge.start, at, self.plan, until_next=True)
    self.store.put("edge", edge.key, parent, start, edge.end, self.plan, until_next=edge.until_next)

  def refuse_edges_outside(self, edges):
    for child, parent, start in edges:
      if self.known.lives(child, start):
        refuse_unless(self.known.in_tree(parent, start), "PARENT_NOT_IN_TREE", "parent")

  def exceptions_follow(self, organ, other, at):
    """Exceptions in an organ end on a day, and continue in the other from that day if there is one."""
    for row in self.store.current("exception"):
      person, type_, where = row.value
      if where == organ and row.end > at:
        self.store.cut(row, at, FOREVER, self.plan)
        if other:
          self.store.put("exception", row.key, (person, type_, other), max(row.start, at), row.end, self.plan)

  def do_merge(self, change):
    organ, into, at = self.organ(change), self.organ(change, "into"), day(change["at"])
    self.no_root(organ)
    known = self.known
    refuse_unless(organ != into and into not in known.path(organ, at) and organ not in known.path(into, at), "RELATED", "into")
    refuse_unless(known.in_tree(into, at), "PARENT_NOT_IN_TREE", "into")
    edges = self.edges_to(organ, at)
    for edge in edges:
      self.lead_elsewhere(edge, into, at)
    self.end_life(organ, at)
    self.refuse_cycle()
    self.refuse_edges_outside([(edge.key, into, max(edge.start, at)) for edge in edges])
    self.exceptions_follow(organ, into, at)

  def do_split(self, change):
    organ, at, parts = self.organ(change), day(change["at"]), change["parts"]
    self.no_root(organ)
    refuse_unless(parts, "EMPTY", "parts")
    edges = self.edges_to(organ, at)
    part_of = {}
    for part in parts:
      for child in part["children"]:
        refuse_unless(child not in part_of, "NAMED_TWICE", "parts")
        part_of[child] = part["organ"]
    refuse_unless({edge.key for edge in edges} == set(part_of), "NOT_NAMED", "parts")
    refuse_unless(change["exceptions_to"] in [None] + [part["organ"] for part in parts], "UNKNOWN_ORGAN", "exceptions_to")
    above = [row for row in self.store.current("edge", organ) if row.end > at]
    self.end_life(organ, at)
    for part in parts:
      self.found(part["organ"], at)
      for row in above:
        self.store.put("edge", part["organ"], row.value, max(row.start, at), row.end, self.plan, until_next=row.until_next)
        if row.start <= at:
          self.refuse_edges_outside([(part["organ"], row.value, at)])
    for edge in edges:
      self.lead_elsewhere(edge, part_of[edge.key], at)
    self.refuse_cycle()
    self.refuse_edges_outside([(edge.key, part_of[edge.key], max(edge.start, at)) for edge in edges])
    self.exceptions_follow(organ, change["exceptions_to"], at)

  # Rules and exceptions.

  def do_rule(self, change):
    """One version in force on a day; removing is a version too. It may reach outside the organ's life."""
    organ, type_ = self.organ(change), None if change["type"] is None else self.type(change)
    self.store.version("rule", (organ, type_), self.condition(change), day(change["at"]), self.plan)

  def do_type_rule(self, change):
    type_ = self.type(change)
    self.store.version("type_rule", type_, self.condition(change), day(change["at"]), self.plan)

  def do_except(self, change):
    self.world.known_person(change["person"])
    organ, type_ = self.organ(change), self.type(change)
    start, end = day(change["from"]), day(change["to"])
    refuse_unless(start <= end, "PERIOD_REVERSED", "to")
    refuse_unless(not self.store.current("exception", change["exception"]), "DUPLICATE", "exception")
    self.store.put("exception", change["exception"], (change["person"], type_, organ), start, end, self.plan)

  def do_end_except(self, change):
    """It falls inside the exception's period after its first day."""
    rows, at = self.store.current("exception", change["exception"]), day(change["at"])
    refuse_unless(rows, "UNKNOWN_EXCEPTION", "exception")
    refuse_unless(min(row.start for row in rows) < at < max(row.end for row in rows), "OUTSIDE", "at")
    for row in rows:
      if row.end > at:
        self.store.cut(row, at, FOREVER, self.plan)

  # Undo.

  def check_undone(self, before):
    """What was given back, and what others recorded meanwhile, must stand side by side."""
    later = set()
    for table in ("life", "edge", "rule", "type_rule"):
      for rows in self.known.tables[table].values():
        later.update(row.plan for row in rows for other in rows
                     if row is not other and row.start < other.end and other.start < row.end)
    try:
      self.refuse_cycle()
    except Refused:
      raise Refused("CONSTRAINT", "plan") from None
    number = self.world.plans[self.plan]["number"]
    for row in self.store.current("edge"):
      if self.edge_stands(before, row) and not self.edge_stands(self.known, row):
        if row.plan and self.world.plans[row.plan]["number"] > number:
          later.add(row.plan)
    later.update(plan for row in self.store.current() if row.recorded == self.store.now
                 for plan in self.plans_that_led_elsewhere(row, number))
    if later:
      later = {plan for plan in later if plan and plan != self.plan and
               self.world.plans[plan]["number"] > self.world.plans[self.plan]["number"]}
      raise Refused("CONSTRAINT", "plan", later)

  def plans_that_led_elsewhere(self, row, number):
    """Later merges and splits that would have led a row elsewhere, had it been on record: an undo leaves what would be
    without its plan, or is refused."""
    for plan, about in self.world.plans.items():
      if about["state"] == "applied" and about["number"] > max(number, self.number_of(row.plan)):
        if any(self.leads_elsewhere(change, row) for change in about["changes"]):
          yield plan

  def number_of(self, plan):
    return self.world.plans[plan]["number"] if plan else 0

  @staticmethod
  def leads_elsewhere(change, row):
    if change["do"] not in ("merge", "split") or row.end <= day(change["at"]):
      return False
    if row.table == "exception":
      return row.value[2] == change["organ"]
    return row.table == "edge" and (row.value == change["organ"] or change["do"] == "split" and row.key == change["organ"])

  @staticmethod
  def edge_stands(known, row):
    """On its first day the child lives and the parent is in the tree."""
    return known.lives(row.key, row.start) and known.in_tree(row.value, row.start)
