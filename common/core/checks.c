/* Checks of files and disks. */
#include "core/checks.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/memory.h"

#define MIB (UINT64_C (1) << 20)
#define ROOM_WARNING (2048 * MIB)
#define ROOM_ERROR (512 * MIB)

CheckResult
check_secret_file (void *owner, const char *path, const char **problem)
{
  struct stat file;
  if (stat (path, &file) != 0 || access (path, R_OK) != 0)
    *problem = memory_format (owner, "cannot be read: %s", strerror (errno));
  else if (!S_ISREG (file.st_mode))
    *problem = "is not a file";
  else if (file.st_size == 0)
    *problem = "is empty";
  else if ((file.st_mode & 077) != 0)
    *problem = memory_format (owner, "others may read or change it: its mode is %04o",
                              (unsigned)(file.st_mode & 07777));
  else
    return CHECK_GOOD;
  return CHECK_ERROR;
}

CheckResult
check_room (uint64_t total, uint64_t left)
{
  uint64_t error = total / 40 < ROOM_ERROR ? total / 40 : ROOM_ERROR;
  uint64_t warning = total / 10 < ROOM_WARNING ? total / 10 : ROOM_WARNING;
  if (left < error)
    return CHECK_ERROR;
  return left < warning ? CHECK_WARNING : CHECK_GOOD;
}

CheckResult
check_disk (void *owner, const char *path, const char **problem)
{
  struct statvfs disk;
  if (statvfs (path, &disk) != 0) {
    *problem = memory_format (owner, "cannot be looked at: %s", strerror (errno));
    return CHECK_ERROR;
  }
  uint64_t left = disk.f_bavail * disk.f_frsize;
  CheckResult result = check_room (disk.f_blocks * disk.f_frsize, left);
  if (result != CHECK_GOOD)
    *problem =
        memory_format (owner, "only %llu MiB are left on its file system", (unsigned long long)(left / MIB));
  return result;
}
