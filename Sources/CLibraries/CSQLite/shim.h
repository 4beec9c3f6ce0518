#ifndef ATTUNE_CSQLITE_H
#define ATTUNE_CSQLITE_H

#include <sqlite3.h>

/// Has a connection leave the write-ahead log as it is when it is closed (`sqlite3_db_config` is variadic).
/// Returns a result code of SQLite.
static inline int attune_sqlite_close_without_checkpoint(sqlite3 *connection) {
    return sqlite3_db_config(connection, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)0);
}

#endif
