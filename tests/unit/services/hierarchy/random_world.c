/* Drawing worlds row by row. */
#include "random_world.h"

#include "core/memory.h"

#include <string.h>

Random
random_of (uint64_t seed)
{
  return (Random){seed * 0x9e3779b97f4a7c15ULL + 1};
}

uint32_t
random_below (Random *source, uint32_t limit)
{
  source->state = source->state * 6364136223846793005ULL + 1442695040888963407ULL;
  return (uint32_t)((source->state >> 33) % (limit > 0 ? limit : 1));
}

static bool
chance (Random *source, uint32_t percent)
{
  return random_below (source, 100) < percent;
}

static const char *
draw_text (Random *source, const char *const *texts, uint32_t count)
{
  return texts[random_below (source, count)];
}

Day
random_window_start (void)
{
  return day_of ("2024-02-10"); /* holds a 29 February; the year before and after do not */
}

Day
random_day (Random *source)
{
  return random_window_start () + (Day)random_below (source, RANDOM_WINDOW + 10) - 5;
}

static Period
draw_period (Random *source)
{
  Day from = chance (source, 40) ? DAY_MIN : random_day (source);
  Day to = chance (source, 50)
               ? DAY_MAX
               : (from == DAY_MIN ? random_window_start () : from) + 1 + (Day)random_below (source, 30);
  return (Period){from, to};
}

static const char *const codes[] = {"00100", "00200", "00300", "00400", "00500"};
static const char *const towns[] = {"Aarla", "Berga", "Corpo"};
static const char *const codes_between[] = {"00050", "00150", "00250", "00300", "00400", "00450"};
static const char *const ages[] = {"6", "7", "8", "17", "18"};
static const char *const subscriptions[] = {"Member", "Donor"};
static const char *const positions[] = {"secretary", "chair"};

static void
draw_between (Random *source, WorldRule *rule)
{
  bool age = chance (source, 50);
  const char *const *texts = age ? ages : codes_between;
  uint32_t count = age ? 5 : 6, low = random_below (source, count),
           high = low + random_below (source, count - low);
  uint32_t open = random_below (source, 4);
  rule_add (rule, RULE_OP__RULE_OP_BETWEEN, 0,
            age ? RULE_FIELD__RULE_FIELD_AGE : RULE_FIELD__RULE_FIELD_POSTAL_CODE,
            open == 1 ? "" : texts[low], open == 2 ? "" : texts[high]);
}

static void
draw_leaf (Random *source, WorldRule *rule, bool on_organ)
{
  switch (random_below (source, 9)) {
  case 0:
  case 1:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_POSTAL_CODE,
              draw_text (source, codes, 5), NULL);
    return;
  case 2:
    rule_add (rule, RULE_OP__RULE_OP_IN, 0, RULE_FIELD__RULE_FIELD_POSTAL_CODE,
              codes[random_below (source, 2)], codes[2 + random_below (source, 3)]);
    return;
  case 3:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_TOWN, draw_text (source, towns, 3),
              NULL);
    return;
  case 4:
    rule_add (rule, RULE_OP__RULE_OP_EQUALS, 0, RULE_FIELD__RULE_FIELD_AGE, draw_text (source, ages, 5),
              NULL);
    return;
  case 5:
    rule_add (rule, RULE_OP__RULE_OP_SUBSCRIPTION, 0, 0, draw_text (source, subscriptions, 2), NULL);
    return;
  case 6:
    rule_add (rule, RULE_OP__RULE_OP_POSITION, 0, 0,
              chance (source, 50) ? positions[random_below (source, 2)] : NULL, NULL);
    return;
  case 7:
    if (on_organ) {
      rule_add (rule, RULE_OP__RULE_OP_ADMITTED, 0, 0, chance (source, 30) ? "1" : NULL, NULL);
      return;
    }
    __attribute__ ((fallthrough));
  default: draw_between (source, rule);
  }
}

static void
draw_rule (Random *source, WorldRule *rule, bool on_organ, uint32_t depth)
{
  uint32_t kind = random_below (source, 10);
  if (depth == 2 || kind < 5) {
    draw_leaf (source, rule, on_organ);
  } else if (kind < 6) {
    rule_add (rule, RULE_OP__RULE_OP_NOT, 1, 0, NULL, NULL);
    draw_rule (source, rule, on_organ, depth + 1);
  } else {
    rule_add (rule, kind < 8 ? RULE_OP__RULE_OP_ALL : RULE_OP__RULE_OP_ANY, 2, 0, NULL, NULL);
    draw_rule (source, rule, on_organ, depth + 1);
    draw_rule (source, rule, on_organ, depth + 1);
  }
}

/* Versions of one rule, one after another without overlap, perhaps with days without. */
static void
draw_versions (Random *source, World *world, const char *organ, const char *type, uint32_t percent)
{
  Day day = chance (source, 70) ? DAY_MIN : random_day (source);
  while (chance (source, percent) && world->version_count < WORLD_ROWS - 1) {
    Day to = chance (source, 60)
                 ? DAY_MAX
                 : (day == DAY_MIN ? random_window_start () : day) + 1 + (Day)random_below (source, 40);
    WorldVersion *version = &world->versions[world->version_count++];
    *version = (WorldVersion){.organ = organ, .type = type, .valid = {day, to}};
    draw_rule (source, &version->rule, organ != NULL, 0);
    if (to == DAY_MAX)
      return;
    day = to + (Day)random_below (source, 3);
  }
}

static void
draw_lives (Random *source, World *world, const char *organ)
{
  Day day = chance (source, 70) ? DAY_MIN : random_day (source);
  for (uint32_t i = 0; i < 2; i++) {
    Day to = chance (source, 70)
                 ? DAY_MAX
                 : (day == DAY_MIN ? random_window_start () : day) + 1 + (Day)random_below (source, 40);
    world->lives[world->life_count++] = (WorldLife){organ, {day, to}};
    if (to == DAY_MAX || chance (source, 40))
      return;
    day = to + 1 + (Day)random_below (source, 10);
  }
}

/* Parents are taken from the organs before, so no day has a cycle. */
static void
draw_edges (Random *source, World *world, size_t child)
{
  Day day = chance (source, 80) ? DAY_MIN : random_day (source);
  while (world->edge_count < WORLD_ROWS - 1) {
    Day to = chance (source, 70)
                 ? DAY_MAX
                 : (day == DAY_MIN ? random_window_start () : day) + 1 + (Day)random_below (source, 40);
    const char *parent = world->organs[random_below (source, (uint32_t)child)];
    world->edges[world->edge_count++] = (WorldEdge){world->organs[child], parent, {day, to}};
    if (to == DAY_MAX)
      return;
    day = to + (Day)random_below (source, 2);
  }
}

/* One value after another, perhaps with days without. */
static void
draw_single (Random *source, World *world, FactKind kind, const char *const *texts, uint32_t count)
{
  Day day = chance (source, 60) ? DAY_MIN : random_day (source);
  while (chance (source, 80)) {
    Day to = chance (source, 50)
                 ? DAY_MAX
                 : (day == DAY_MIN ? random_window_start () : day) + 1 + (Day)random_below (source, 30);
    world->facts[world->fact_count++] = (WorldFact){kind, draw_text (source, texts, count), NULL, {day, to}};
    if (to == DAY_MAX || world->fact_count > WORLD_ROWS / 2)
      return;
    day = to + (Day)random_below (source, 2);
  }
}

static void
draw_several (Random *source, World *world, FactKind kind, const char *const *texts, uint32_t count)
{
  for (uint32_t i = random_below (source, 4); i > 0; i--) {
    bool organ = kind == FACT_KIND__FACT_KIND_ADMISSION;
    world->facts[world->fact_count++] =
        (WorldFact){kind, draw_text (source, texts, count),
                    organ ? world->organs[random_below (source, (uint32_t)world->organ_count)] : NULL,
                    draw_period (source)};
  }
}

static const char *
draw_birth (Random *source, void *owner)
{
  static const int years_before[] = {7, 8, 18, 6};
  int year, month, day_of_month;
  day_to_civil (random_day (source), &year, &month, &day_of_month);
  if (chance (source, 20))
    return "2008-02-29"; /* 16 on 29 February 2024 */
  if (chance (source, 20))
    return "2016-02-29";
  year -= years_before[random_below (source, 4)];
  return memory_format (owner, "%04d-%02d-%02d", year, month,
                        month == 2 && day_of_month == 29 ? 28 : day_of_month);
}

void
random_person (Random *source, World *world)
{
  world->fact_count = world->exception_count = 0;
  static const char *const admissions[] = {"1", "2", ""};
  draw_single (source, world, FACT_KIND__FACT_KIND_POSTAL_CODE, codes, 5);
  draw_single (source, world, FACT_KIND__FACT_KIND_TOWN, towns, 3);
  draw_several (source, world, FACT_KIND__FACT_KIND_SUBSCRIPTION, subscriptions, 2);
  draw_several (source, world, FACT_KIND__FACT_KIND_POSITION, positions, 2);
  draw_several (source, world, FACT_KIND__FACT_KIND_ADMISSION, admissions, 3);
  if (chance (source, 80))
    world_fact (world, FACT_KIND__FACT_KIND_BIRTH_DATE, draw_birth (source, world), NULL, NULL, NULL);
  for (uint32_t i = random_below (source, 8); i > 5; i--)
    world->exceptions[world->exception_count++] = (WorldException){
        world->organs[random_below (source, (uint32_t)world->organ_count)],
        world->types[random_below (source, (uint32_t)world->type_count)], draw_period (source)};
}

World *
random_world (Random *source, void *owner)
{
  static const char *const names[] = {"o0", "o1", "o2", "o3", "o4", "o5", "o6", "o7", "o8", "o9"};
  static const char *const types[] = {"Member", "Volunteer", "Donor"};
  World *world = world_new (owner);
  world->organ_count = 1 + random_below (source, 10);
  world->type_count = 1 + random_below (source, 3);
  for (size_t i = 0; i < world->organ_count; i++)
    world->organs[i] = names[i];
  for (size_t i = 0; i < world->type_count && i < sizeof types / sizeof *types; i++) {
    world->types[i] = types[i];
    draw_versions (source, world, NULL, types[i], 90);
  }
  for (size_t i = 0; i < world->organ_count; i++) {
    draw_lives (source, world, names[i]);
    if (i > 0)
      draw_edges (source, world, i);
    draw_versions (source, world, names[i], NULL, 55);
    if (chance (source, 30))
      draw_versions (source, world, names[i], types[random_below (source, (uint32_t)world->type_count)], 80);
  }
  random_person (source, world);
  return world;
}

static bool
same (const char *left, const char *right)
{
  return left == right || (left != NULL && right != NULL && strcmp (left, right) == 0);
}

/* Takes the rows of one rule out. */
static void
drop_versions (World *world, const char *organ, const char *type)
{
  size_t kept = 0;
  for (size_t i = 0; i < world->version_count; i++)
    if (!same (world->versions[i].organ, organ) || !same (world->versions[i].type, type))
      world->versions[kept++] = world->versions[i];
  world->version_count = kept;
}

static void
change_lives (Random *source, World *world, const char *organ)
{
  size_t kept = 0;
  for (size_t i = 0; i < world->life_count; i++)
    if (!same (world->lives[i].organ, organ))
      world->lives[kept++] = world->lives[i];
  world->life_count = kept;
  draw_lives (source, world, organ);
}

static void
change_edges (Random *source, World *world, size_t child)
{
  size_t kept = 0;
  for (size_t i = 0; i < world->edge_count; i++)
    if (!same (world->edges[i].child, world->organs[child]))
      world->edges[kept++] = world->edges[i];
  world->edge_count = kept;
  draw_edges (source, world, child);
}

void
random_change (Random *source, World *world)
{
  for (uint32_t left = 1 + random_below (source, 3); left > 0; left--) {
    size_t at = random_below (source, (uint32_t)world->organ_count);
    const char *organ = world->organs[at],
               *type = draw_text (source, world->types, (uint32_t)world->type_count);
    switch (random_below (source, 8)) {
    case 0: change_lives (source, world, organ); break;
    case 1:
    case 2:
      if (at > 0)
        change_edges (source, world, at);
      break;
    case 3:
      drop_versions (world, NULL, type);
      draw_versions (source, world, NULL, type, 90);
      break;
    case 4:
      drop_versions (world, organ, type);
      draw_versions (source, world, organ, type, 80);
      break;
    default: drop_versions (world, organ, NULL); draw_versions (source, world, organ, NULL, 70);
    }
  }
}
