/* The one function that libarchive's tar writers take from
 * archive_write_set_format.c. That file names every other format's writer, too,
 * and they would have to be linked. */
#include "archive_platform.h"

#include <errno.h>

#include "archive.h"
#include "archive_entry.h"
#include "archive_private.h"
#include "archive_write_set_format_private.h"

void __archive_write_entry_filetype_unsupported(struct archive *a,
                                                struct archive_entry *entry,
                                                const char *format) {
  archive_set_error(a, ARCHIVE_ERRNO_FILE_FORMAT,
                    "%s: is of a type that %s has no place for",
                    archive_entry_pathname(entry), format);
}
