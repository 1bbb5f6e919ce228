/* Between the files of the image. */
#ifndef HIERARCHY_IMAGE_PRIVATE_H
#define HIERARCHY_IMAGE_PRIVATE_H

#include "plans/image.h"

/* Adds a type of the organisation. */
uint32_t image_add_type (Image *image, const char *id, const char *name);

/* Reads a dated row; false when it names an organ or type that the image does not have. */
bool image_read_row (const Image *image, RecordKind kind, const DbResult *rows, size_t row, ImageRow *read);

#endif
