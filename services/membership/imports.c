/* Imports: to be filled by the next commits. */
#include "heimo_membership_handlers.h"
#include "service/service.h"

#define LATER(name, Request, Reply)                                                                          \
  Status name (Call *call, const Request *request, Reply *reply)                                             \
  {                                                                                                          \
    (void)request;                                                                                           \
    (void)reply;                                                                                             \
    return status_error (call, STATUS_UNIMPLEMENTED, "UNIMPLEMENTED", "Not yet");                            \
  }

LATER (upload_import_file, UploadPart, ImportFile)
LATER (get_import_file, GetImportFileRequest, ImportFile)
LATER (create_import, CreateImportRequest, Import)
LATER (get_import, GetImportRequest, Import)
LATER (list_imports, ListImportsRequest, ListImportsResponse)
LATER (apply_import, ApplyImportRequest, Import)
LATER (undo_import, UndoImportRequest, Import)
