/* Text by ICU. Collators are kept per thread: opening one costs milliseconds, and one is not thread-safe. */
#include "core/text.h"

#include <stdio.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/ucol.h>
#include <unicode/uloc.h>
#include <unicode/unorm2.h>
#include <unicode/ustring.h>
#include <unicode/utf8.h>

#define SORT_KEY_MAX 400
#define COUNTRY_NAME_MAX 100

enum { WORD_BYTES = 8 };

/* Eight bytes of ASCII without a NUL: nearly all text is made of them. */
static bool
is_plain_word (const char *bytes)
{
  const uint64_t ones = UINT64_C (0x0101010101010101), highs = ones << 7;
  uint64_t word;
  memcpy (&word, bytes, sizeof word);
  return ((word | (word - ones)) & highs) == 0;
}

bool
text_is_utf8 (const char *bytes, size_t length)
{
  int32_t at = 0, end = (int32_t)length;
  if (length > INT32_MAX)
    return false;
  while (at < end) {
    if (end - at >= WORD_BYTES && is_plain_word (bytes + at)) {
      at += WORD_BYTES;
      continue;
    }
    UChar32 c;
    U8_NEXT ((const uint8_t *)bytes, at, end, c);
    if (c <= 0)
      return false;
  }
  return true;
}

size_t
text_length (const char *text)
{
  size_t count = 0;
  for (const char *at = text; *at != '\0'; at++)
    count += ((unsigned char)*at & 0xc0) != 0x80;
  return count;
}

/* ICU's UTF-16 of `text` on `context`; the length in *length, 0 when it is not UTF-8. */
static UChar *
to_utf16 (void *context, const char *text, int32_t *length)
{
  UErrorCode error = U_ZERO_ERROR;
  size_t capacity = strlen (text) + 1;
  UChar *wide = memory_array (context, UChar, capacity);
  u_strFromUTF8 (wide, (int32_t)capacity, length, text, -1, &error);
  if (U_FAILURE (error))
    *length = 0;
  return wide;
}

/* Appends `c` to `out` unless it is a mark; white space becomes one space between words. */
static size_t
append_folded (uint8_t *out, size_t at, UChar32 c)
{
  if (u_isUWhiteSpace (c)) {
    if (at > 0 && out[at - 1] != ' ')
      out[at++] = ' ';
    return at;
  }
  if ((U_GET_GC_MASK (c) & U_GC_M_MASK) != 0)
    return at;
  int32_t index = (int32_t)at;
  U8_APPEND_UNSAFE (out, index, c);
  return (size_t)index;
}

char *
text_fold (void *context, const char *text)
{
  UErrorCode error = U_ZERO_ERROR;
  void *scratch = memory_context (context);
  int32_t length = 0;
  UChar *wide = to_utf16 (scratch, text, &length);
  const UNormalizer2 *normalizer = unorm2_getNFKDInstance (&error);

  int32_t capacity = length * 18 + 1; /* the longest compatibility decomposition is 18 units */
  UChar *decomposed = memory_array (scratch, UChar, capacity);
  int32_t decomposed_length = unorm2_normalize (normalizer, wide, length, decomposed, capacity, &error);
  UChar *folded = memory_array (scratch, UChar, decomposed_length * 3 + 1);
  int32_t folded_length = u_strFoldCase (folded, decomposed_length * 3 + 1, decomposed, decomposed_length,
                                         U_FOLD_CASE_DEFAULT, &error);
  if (U_FAILURE (error))
    folded_length = 0;

  uint8_t *out = memory_must (talloc_size (scratch, (size_t)folded_length * 4 + 1));
  size_t at = 0;
  for (int32_t i = 0; i < folded_length;) {
    UChar32 c;
    U16_NEXT (folded, i, folded_length, c);
    at = append_folded (out, at, U_IS_SURROGATE (c) ? ' ' : c);
  }
  if (at > 0 && out[at - 1] == ' ')
    at--;
  char *result = memory_string_n (context, (const char *)out, at);
  talloc_free (scratch);
  return result;
}

static _Thread_local UCollator *thread_collator;
static _Thread_local char thread_locale[16];

static UCollator *
collator_for (const char *locale)
{
  if (thread_collator != NULL && strcmp (thread_locale, locale) == 0)
    return thread_collator;
  UErrorCode error = U_ZERO_ERROR;
  if (thread_collator != NULL)
    ucol_close (thread_collator);
  thread_collator = ucol_open (locale, &error);
  strncpy (thread_locale, locale, sizeof thread_locale - 1);
  return memory_must (thread_collator);
}

Bytes
text_sort_key (void *context, const char *text, const char *locale)
{
  void *scratch = memory_context (context);
  int32_t length = 0;
  UChar *wide = to_utf16 (scratch, text, &length);
  uint8_t *key = memory_must (talloc_size (context, SORT_KEY_MAX));
  int32_t key_length = ucol_getSortKey (collator_for (locale), wide, length, key, SORT_KEY_MAX);
  if (key_length > SORT_KEY_MAX)
    key_length = SORT_KEY_MAX;
  talloc_free (scratch);
  return (Bytes){key, key_length > 0 ? (size_t)key_length - 1 : 0};
}

char *
text_country (void *context, const char *code, const char *locale)
{
  UErrorCode error = U_ZERO_ERROR;
  char region[8], name[3 * COUNTRY_NAME_MAX + 1];
  UChar wide[COUNTRY_NAME_MAX];
  int32_t length = 0;
  if (strlen (code) != 2)
    return memory_string (context, code);
  snprintf (region, sizeof region, "und_%s", code);
  int32_t wide_length = uloc_getDisplayCountry (region, locale, wide, COUNTRY_NAME_MAX, &error);
  u_strToUTF8 (name, sizeof name, &length, wide, wide_length, &error);
  return U_FAILURE (error) || length == 0 ? memory_string (context, code) : memory_string (context, name);
}
