"""Conditions of rules: what a well-formed one is, and whether it is true.

  {"all": [c, ...]}   {"any": [c, ...]}   {"not": c}
  {"equals": [fact, value]}   {"in": [fact, [value, ...]]}
  {"between": ["postal_code" | "birth_date" | "age", low | null, high | null]}
  {"subscription": type}   {"admitted": member type | null}   {"position": name}

A condition is judged against Facts: who the person is on the day judged, for the organ that carries the rule.
"""

from days import age, day

SINGLE = ("birth_date", "postal_code", "town", "municipality", "province", "country")
MULTI = ("subscription", "admission", "position", "tag")
PLACES = {"postal_code": "postal_codes", "town": "towns", "municipality": "municipalities", "province": "provinces"}


class Malformed(Exception):
  """A condition that is refused, and why."""

  def __init__(self, reason, field):
    super().__init__(reason, field)
    self.reason, self.field = reason, field


def check(condition, gazetteer, field="rule"):
  """Raises Malformed when the condition may not be stored. `gazetteer` maps the plural of a place to the known ones."""
  if not isinstance(condition, dict) or len(condition) != 1:
    raise Malformed("MALFORMED", field)
  (word, what), = condition.items()
  field = f"{field}.{word}"
  if word in ("all", "any"):
    if not what:
      raise Malformed("EMPTY", field)
    for place, part in enumerate(what):
      check(part, gazetteer, f"{field}[{place}]")
  elif word == "not":
    check(what, gazetteer, field)
  elif word in ("equals", "in"):
    fact, values = what[0], [what[1]] if word == "equals" else what[1]
    if fact not in SINGLE and fact != "tag":
      raise Malformed("UNKNOWN_FACT", field)
    if not values:
      raise Malformed("EMPTY", field)
    for value in values:
      if fact in PLACES and value not in gazetteer[PLACES[fact]]:
        raise Malformed("UNKNOWN_PLACE", field)
  elif word == "between":
    if what[0] not in ("postal_code", "birth_date", "age"):
      raise Malformed("UNKNOWN_FACT", field)
    low, high = what[1], what[2]
    if low is not None and high is not None and low > high:
      raise Malformed("PERIOD_REVERSED", field)
  elif word not in ("subscription", "admitted", "position"):
    raise Malformed("UNKNOWN_FACT", field)


def holds(condition, facts, organ, on):
  """Is the condition true on the day `on`? facts: kind -> list of values true on that day. organ: who carries the rule;
  None for a rule of a type. A condition on a fact the person does not have is false; `not` negates plainly."""
  (word, what), = condition.items()
  if word == "all":
    return all(holds(part, facts, organ, on) for part in what)
  if word == "any":
    return any(holds(part, facts, organ, on) for part in what)
  if word == "not":
    return not holds(what, facts, organ, on)
  if word == "equals":
    return what[1] in facts[what[0]]
  if word == "in":
    return any(value in what[1] for value in facts[what[0]])
  if word == "between":
    return any(inside(what, value) for value in between_values(what[0], facts, on))
  if word == "subscription":
    return what in facts["subscription"]
  if word == "admitted":
    return any(where == organ and what in (None, member_type) for where, member_type in facts["admission"])
  if word == "position":
    return any(name == what for name, _ in facts["position"])
  raise AssertionError(word)


def between_values(what, facts, on):
  """`between` on dates is about the birth date; an age is full years on the day judged."""
  if what == "postal_code":
    return [value.encode() for value in facts["postal_code"]]
  if what == "birth_date":
    return [day(value) for value in facts["birth_date"]]
  return [age(day(value), on) for value in facts["birth_date"]]


def inside(what, value):
  """Both ends belong to it, either may be open."""
  convert = {"postal_code": str.encode, "birth_date": day, "age": int}[what[0]]
  return (what[1] is None or convert(what[1]) <= value) and (what[2] is None or value <= convert(what[2]))


def ages(condition):
  """The ages at which a condition may become true or false: each threshold's first birthday in, and first one out."""
  (word, what), = condition.items()
  if word in ("all", "any"):
    return {years for part in what for years in ages(part)}
  if word == "not":
    return ages(what)
  if word == "between" and what[0] == "age":
    return {years for years in (what[1], None if what[2] is None else what[2] + 1) if years is not None}
  return set()


def explained(condition, facts, organ, on):
  """The condition with its truth at every node and the values looked at."""
  (word, what), = condition.items()
  truth = {"condition": word, "holds": holds(condition, facts, organ, on)}
  if word in ("all", "any"):
    truth["parts"] = [explained(part, facts, organ, on) for part in what]
  elif word == "not":
    truth["parts"] = [explained(what, facts, organ, on)]
  else:
    kind = {"subscription": "subscription", "admitted": "admission", "position": "position"}.get(word)
    kind = kind or ("birth_date" if what[0] == "age" else what[0])
    truth.update(asks=what, facts=list(facts[kind]))
  return truth
