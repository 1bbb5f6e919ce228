/* The image's rows: adding, cutting, asking for a day. Reading it is in image_load.c, writing in
 * image_write.c. */
#include "plans/image_private.h"

#include <string.h>

/* Makes room for one more element of a talloc array. */
#define RESERVE(image, array, count, Type)                                                                   \
  do {                                                                                                       \
    if ((count) == talloc_array_length (array))                                                              \
      (array) = memory_must (talloc_realloc ((image), (array), Type, (unsigned)(2 * (count))));              \
  } while (0)

static uint32_t
place_of (const Image *image, const char *name)
{
  Symbol symbol = symbols_find (image->names, name);
  if (symbol == SYMBOL_NONE || symbol >= talloc_array_length (image->places) || image->places[symbol] == 0)
    return IMAGE_NONE;
  return image->places[symbol] - 1;
}

uint32_t
image_organ (const Image *image, const char *reference)
{
  uint32_t place = place_of (image, reference);
  return place < image->organ_count &&
                 (strncmp (reference, "code:", 5) == 0 || strcmp (image->organs[place].id, reference) == 0)
             ? place
             : IMAGE_NONE;
}

uint32_t
image_type (const Image *image, const char *type_id)
{
  uint32_t place = place_of (image, type_id);
  return place < image->type_count && strcmp (image->types[place].id, type_id) == 0 ? place : IMAGE_NONE;
}

/* Notes that a name stands for a position. */
static void
note_place (Image *image, const char *name, uint32_t place)
{
  Symbol symbol = symbols_intern (image->names, name);
  size_t capacity = talloc_array_length (image->places);
  if (symbol >= capacity) {
    image->places = memory_must (talloc_realloc (image, image->places, uint32_t, 2 * symbol));
    memset (image->places + capacity, 0, (2 * (size_t)symbol - capacity) * sizeof *image->places);
  }
  image->places[symbol] = place + 1;
}

uint32_t
image_add_organ (Image *image, const char *id, const char *code, const char *name, const char *kind)
{
  RESERVE (image, image->organs, image->organ_count, ImageOrgan);
  uint32_t place = image->organ_count++;
  ImageOrgan *organ = &image->organs[place];
  *organ = (ImageOrgan){.id = id, .code = code, .name = name, .kind = kind, .first_below = IMAGE_NONE};
  for (size_t kind_of_row = 0; kind_of_row < RECORD_KINDS; kind_of_row++)
    organ->first[kind_of_row] = IMAGE_NONE;
  note_place (image, id, place);
  note_place (image, memory_format (image, "code:%s", code), place);
  return place;
}

uint32_t
image_add_type (Image *image, const char *id, const char *name)
{
  RESERVE (image, image->types, image->type_count, ImageType);
  image->types[image->type_count] = (ImageType){id, name, IMAGE_NONE};
  note_place (image, id, image->type_count);
  return image->type_count++;
}

uint32_t
image_add (Image *image, RowState state, ImageRow row)
{
  RESERVE (image, image->rows, image->row_count, ImageRow);
  uint32_t at = image->row_count++;
  uint32_t *first = row.organ == IMAGE_NONE ? &image->types[row.other].first_rule
                                            : &image->organs[row.organ].first[row.kind];
  row.state = state;
  row.next = *first;
  *first = at;
  row.next_below = IMAGE_NONE;
  if (row.kind == RECORD_EDGE) {
    row.next_below = image->organs[row.other].first_below;
    image->organs[row.other].first_below = at;
  }
  image->rows[at] = row;
  return at;
}

void
image_drop (Image *image, uint32_t row)
{
  image->rows[row].state = image->rows[row].state == ROW_KEPT ? ROW_GONE : ROW_DROPPED;
}

void
image_cut (Image *image, uint32_t row, Day day)
{
  ImageRow before = image->rows[row];
  image_drop (image, row);
  if (before.valid.from >= day)
    return;
  before.valid.to = day;
  before.carried |= before.state == ROW_KEPT;
  before.ended = before.kind == RECORD_LIFE;
  before.id = NULL;
  before.plan_id = NULL;
  image_add (image, ROW_NEW, before);
}

void
image_happened (Image *image, uint32_t organ, HappeningKind kind, Day on, uint32_t parent)
{
  RESERVE (image, image->happenings, image->happening_count, Happening);
  image->happenings[image->happening_count++] = (Happening){organ, kind, on, parent};
}

static void
lower (Day *until, Day day, Period period)
{
  Day next = period_next (period, day);
  if (until != NULL && next > day && next < *until)
    *until = next;
}

uint32_t
image_row_on (const Image *image, uint32_t first_row, Day day, Day *until)
{
  uint32_t at, found = IMAGE_NONE;
  IMAGE_EACH (image, at, first_row)
  {
    lower (until, day, image->rows[at].valid);
    if (period_holds (image->rows[at].valid, day))
      found = at;
  }
  return found;
}

Day
image_next_start (const Image *image, uint32_t first_row, Day day)
{
  Day next = DAY_MAX;
  uint32_t at;
  IMAGE_EACH (image, at, first_row)
  {
    Day from = image->rows[at].valid.from;
    if (from > day && from < next)
      next = from;
  }
  return next;
}

static bool
lives (const Image *image, uint32_t organ, Day day, Day *until)
{
  return image_row_on (image, image->organs[organ].first[RECORD_LIFE], day, until) != IMAGE_NONE;
}

/* The organ above by an edge, whether either lives or not. */
static uint32_t
parent_on (const Image *image, uint32_t organ, Day day, Day *until)
{
  uint32_t edge = image_row_on (image, image->organs[organ].first[RECORD_EDGE], day, until);
  return edge == IMAGE_NONE ? IMAGE_NONE : image->rows[edge].other;
}

ImageWay
image_way_up (const Image *image, uint32_t organ, Day day, Day *until, uint32_t *depth)
{
  uint32_t at = organ;
  for (uint32_t steps = 0; steps <= image->organ_count; steps++) {
    if (depth != NULL)
      *depth = steps;
    if (steps > 0 && at == organ)
      return WAY_IN_CYCLE;
    if (!lives (image, at, day, until))
      return WAY_CLOSED;
    if (at == image->root)
      return WAY_TO_ROOT;
    at = parent_on (image, at, day, until);
    if (at == IMAGE_NONE)
      return WAY_CLOSED;
  }
  return WAY_CLOSED; /* into a cycle of others */
}

bool
image_is_above (const Image *image, uint32_t above, uint32_t organ, Day day)
{
  uint32_t at = organ;
  for (uint32_t steps = 0; steps <= image->organ_count; steps++) {
    if (!lives (image, at, day, NULL))
      return false;
    if (steps > 0 && at == above)
      return true;
    at = parent_on (image, at, day, NULL);
    if (at == IMAGE_NONE)
      return false;
  }
  return false;
}

uint32_t
image_height (const Image *image, uint32_t organ, Day day, uint32_t most) // NOLINT(misc-no-recursion)
{
  uint32_t at, height = 0;
  IMAGE_EACH_BELOW (image, at, organ)
  {
    if (height == most)
      break;
    if (!period_holds (image->rows[at].valid, day) || !lives (image, image->rows[at].organ, day, NULL))
      continue;
    uint32_t below = 1 + image_height (image, image->rows[at].organ, day, most - 1);
    height = below > height ? below : height;
  }
  return height;
}
