"""Small worlds for the tests: one organisation `top`, one type `t` that everybody with the tag `m` is of, one clock."""

from answers import Answers
from changes import Refused
from days import day
from world import World

GAZETTEER = {"towns": ["Ahola", "Berga"], "municipalities": ["Mahola"], "provinces": ["Peri", "Quark"],
             "postal_codes": ["00100", "0A100", "99999"]}
TAGGED = {"equals": ["tag", "m"]}
AHOLA, BERGA = {"equals": ["town", "Ahola"]}, {"equals": ["town", "Berga"]}


class Small:
  """Each step is recorded a minute after the one before; `on` moves the clock to noon of a day."""

  def __init__(self, policy="ATTRIBUTE_DATED", start="2027-01-01", recorded="2027-06-01"):
    self.world, self.minute, self.names = World("Europe/Helsinki", GAZETTEER), 0, 0
    self.on(recorded)
    self.world.create_organisation(self.tick(), "top", policy, start)
    self.world.create_type(self.tick(), "top", "t")
    self.change({"do": "type_rule", "type": "t", "at": start, "rule": TAGGED})

  def on(self, date):
    self.date, self.minute = date, 0
    return self

  def tick(self):
    self.minute += 1
    return f"{self.date}T12:{self.minute:02}:00Z"

  def name(self, letter):
    self.names += 1
    return f"{letter}{self.names}"

  def change(self, *changes, plan=None):
    plan = plan or self.name("plan")
    self.world.apply(self.tick(), plan, "top", list(changes))
    return plan

  def undo(self, plan):
    self.world.undo(self.tick(), plan)

  def person(self, person="p", **facts):
    """facts: kind=value, from 2027-01-01 without an end; the tag m comes by itself."""
    self.world.add_person(self.tick(), person)
    self.fact(person, "tag", "m")
    for kind, value in facts.items():
      self.fact(person, kind, value)
    return self

  def fact(self, person, kind, value, start="2027-01-01", end=None):
    name = self.name("f")
    self.world.record_fact(self.tick(), name, person, kind, value, start, end)
    return name

  def organ(self, organ, parent="top", at="2027-01-01", rule=None):
    rules = [{"do": "rule", "organ": organ, "type": None, "at": at, "rule": rule}] if rule else []
    self.change({"do": "create", "organ": organ, "parent": parent, "at": at}, *rules)
    return self

  def periods(self, organ="top", person="p", type_="t", known=None):
    answers = Answers(self.world)
    return [(period["from"], period["to"]) for period in
            answers.periods(person, organ, type_, None if known is None else day(known))]

  def stretches(self, organ="top", person="p", type_="t", known=None):
    return [tuple(stretch) for stretch in
            Answers(self.world).stretches(person, organ, type_, None if known is None else day(known))]


def end(organ, at):
  return {"do": "end", "organ": organ, "at": at}


def reopen(organ, at):
  return {"do": "reopen", "organ": organ, "at": at}


def move(organ, parent, at):
  return {"do": "move", "organ": organ, "parent": parent, "at": at}


def create(organ, parent, at):
  return {"do": "create", "organ": organ, "parent": parent, "at": at}


def merge(organ, into, at):
  return {"do": "merge", "organ": organ, "into": into, "at": at}


def split(organ, at, parts, exceptions_to=None):
  return {"do": "split", "organ": organ, "at": at, "exceptions_to": exceptions_to,
          "parts": [{"organ": part, "children": children} for part, children in parts.items()]}


def rule(organ, at, condition, type_=None):
  return {"do": "rule", "organ": organ, "type": type_, "at": at, "rule": condition}


def type_rule(at, condition):
  return {"do": "type_rule", "type": "t", "at": at, "rule": condition}


def exception(organ, start, to=None, person="p", name="x"):
  return {"do": "except", "exception": name, "person": person, "organ": organ, "type": "t", "from": start, "to": to}


def refusal(small, *changes):
  """(reason, place) of a set that is refused; None when it is accepted."""
  try:
    small.change(*changes)
  except Refused as refused:
    return refused.reason, refused.place
  return None
