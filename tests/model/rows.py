"""Rows with valid time and recorded time, and what was known on a day.

A row is never edited and never deleted (erasure apart): a change supersedes it and records others. So "what was known at the
end of day k" is a filter: recorded before the midnight that ends k, not superseded before it.
"""

from conditions import MULTI, SINGLE
from days import FOREVER


class Row:
  """table: life, edge, rule, type_rule, exception or fact.
  key: what has one value on a day (life: organ; edge: child; rule: organ and type or None; type_rule: type; exception and
  fact: its own name, as several may stand side by side). value: the parent, the condition or None for "removed", ...
  recorded, superseded: numbers of operations. line: the same for a row and for what an undo gives back of it.
  until_next: the row ends only because another change of the same key begins there."""

  def __init__(self, table, key, value, start, end, recorded, plan, line, until_next=False):
    self.table, self.key, self.value, self.start, self.end = table, key, value, start, end
    self.recorded, self.superseded, self.plan, self.line, self.until_next = recorded, None, plan, line, until_next

  def holds(self, on):
    return self.start <= on < self.end


class Knowledge:
  """A set of rows that were known at one moment; every question about one day is put to it."""

  def __init__(self, rows, roots):
    self.roots = roots
    self.tables = {name: {} for name in ("life", "edge", "rule", "type_rule", "exception", "fact")}
    for row in rows:
      self.tables[row.table].setdefault(row.key, []).append(row)
    self.days, self.persons = {}, {}
    for row in rows:
      if row.table == "fact":
        self.persons.setdefault(row.value[0], []).append(row)

  def row(self, table, key, on):
    """The row of a key that holds on a day, or None."""
    for row in self.tables[table].get(key, ()):
      if row.holds(on):
        return row
    return None

  def organs(self):
    return sorted(self.tables["life"])

  def lives(self, organ, on):
    return self.row("life", organ, on) is not None

  def parent(self, organ, on):
    """An edge has effect while both live."""
    edge = self.row("edge", organ, on)
    if edge and self.lives(organ, on) and self.lives(edge.value, on):
      return edge.value
    return None

  def path(self, organ, on):
    """The organ and all above it, as far up as edges have effect."""
    path = []
    while organ is not None:
      assert organ not in path, "a cycle that should have been refused"
      path.append(organ)
      organ = self.parent(organ, on)
    return path

  def in_tree(self, organ, on):
    """The organ and every organ above it live on the day, up to the root."""
    return self.lives(organ, on) and self.path(organ, on)[-1] in self.roots

  def children(self, organ, on):
    return [child for child in self.organs() if self.parent(child, on) == organ and self.in_tree(child, on)]

  def rule(self, organ, type_, on):
    """The version in force of an organ's general rule (type None) or of its rule for a type; a removal is none."""
    row = self.row("rule", (organ, type_), on)
    return row if row and row.value is not None else None

  def type_rule(self, type_, on):
    row = self.row("type_rule", type_, on)
    return row if row and row.value is not None else None

  def facts(self, person, on):
    """kind -> the values true of the person on the day."""
    facts = {kind: [] for kind in SINGLE + MULTI}
    for row in self.persons.get(person, ()):
      if row.holds(on):
        facts[row.value[1]].append(row.value[2])
    return facts

  def exceptions(self, person, type_, organ, on):
    """Rows of exceptions that place the person in exactly this organ."""
    return [row for rows in self.tables["exception"].values() for row in rows
            if row.value == (person, type_, organ) and row.holds(on)]


class Store:
  """All rows that ever were on record, and the operations' days."""

  def __init__(self):
    self.rows, self.days, self.lines, self.roots = [], [], 0, set()

  def begin(self, recorded_day):
    """A new operation; its number."""
    self.days.append(recorded_day)
    return len(self.days) - 1

  @property
  def now(self):
    return len(self.days) - 1

  def current(self, table=None, key=None):
    return [row for row in self.rows if row.superseded is None and table in (None, row.table) and key in (None, row.key)]

  def known(self, on):
    """What was known at the end of the day `on`; None: what is known now."""
    if on is None:
      return Knowledge(self.current(), self.roots)
    return Knowledge([row for row in self.rows if self.days[row.recorded] <= on
                      and (row.superseded is None or self.days[row.superseded] > on)], self.roots)

  def put(self, table, key, value, start, end, plan=None, line=None, until_next=False):
    if line is None:
      self.lines += 1
      line = self.lines
    row = Row(table, key, value, start, end, self.now, plan, line, until_next)
    self.rows.append(row)
    return row

  def supersede(self, row):
    row.superseded = self.now

  def cut(self, row, start, end, plan=None, until_next=False):
    """Takes the days [start, end) out of a row: it is superseded, what is left before and after is recorded."""
    self.supersede(row)
    if row.start < start:
      self.put(row.table, row.key, row.value, row.start, start, plan, until_next=until_next)
    if end < row.end:
      self.put(row.table, row.key, row.value, end, row.end, plan, until_next=row.until_next)

  def version(self, table, key, value, at, plan):
    """A change dated `at` holds until the next change on record of the same key."""
    end = min((row.start for row in self.current(table, key) if row.start > at), default=FOREVER)
    for row in self.current(table, key):
      if row.start < end and at < row.end:
        self.cut(row, at, end, plan, until_next=True)
    return self.put(table, key, value, at, end, plan, until_next=True)

  def settle(self):
    """What one operation recorded and superseded itself was never there."""
    self.rows = [row for row in self.rows if not row.recorded == row.superseded == self.now]

  def revert(self):
    """As if the operation had not been tried."""
    self.rows = [row for row in self.rows if row.recorded != self.now]
    for row in self.rows:
      if row.superseded == self.now:
        row.superseded = None
