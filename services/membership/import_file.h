/* Uploaded files: reading their parts. */
#ifndef HEIMO_MEMBERSHIP_IMPORT_FILE_H
#define HEIMO_MEMBERSHIP_IMPORT_FILE_H

#include "file_head.h"
#include "heimo/membership/v1/import.pb-c.h"
#include "membership.h"

/* The bytes from `offset` to the end of the part that holds it, on `owner`; none at the end of the file. */
Status import_file_bytes (Call *call, void *owner, const char *file_id, uint64_t offset,
                          Bytes *bytes) MUST_CHECK;

/* A file's row and its beginning. NOT_FOUND / FILE_NOT_FOUND. */
Status import_file_open (Call *call, const char *file_id, const char *encoding, const char *separator,
                         ImportFile *file, FileHead *head) MUST_CHECK;

/* The mapping last used for these columns, else by the columns' names. */
Status import_file_mapping (Call *call, const FileHead *head, size_t *count,
                            ColumnMapping ***mapping) MUST_CHECK;

#endif
