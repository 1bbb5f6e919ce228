/* Rows of a list as CSV (RFC 4180) or newline-delimited JSON. Pure: messages in, text out.
 *
 * CSV has one column for every leaf of the row message, nested ones with dots ("address.postalCode");
 * repeated values are joined with "; ", repeated messages and maps are JSON. A text that a spreadsheet would
 * take for a formula (it begins with = + - @, a tab or a carriage return) gets an apostrophe in front.
 */
#ifndef HEIMO_GATEWAY_ROWS_H
#define HEIMO_GATEWAY_ROWS_H

#include "gateway/json/json.h"

/* The first line, preceded by a byte order mark when asked for. */
void rows_append_csv_header (JsonBuffer *out, const ApiMessage *table, char separator, bool mark);

/* One line. `separator` is "," or ";". */
void rows_append_csv (JsonBuffer *out, const ApiMessage *table, const ProtobufCMessage *row, char separator);

/* One line of JSON. */
void rows_append_ndjson (JsonBuffer *out, const ApiMessage *table, const ProtobufCMessage *row);

#endif
