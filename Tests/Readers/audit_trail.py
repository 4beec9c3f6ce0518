"""Verifies the audit trail of a session file, a study's database or a station, by the description in
Protocols/formats/session-file.md alone.

    audit_trail.py FILE [SUBJECT]

Prints subject, number of rows and the last hash; ends with 1 and a sentence where the chain does not hold."""

import hashlib
import json
import pathlib
import sqlite3
import sys


def digest(*fields):
    made = hashlib.sha256()
    for field in fields:
        data = field.encode()
        made.update(len(data).to_bytes(8, "big") + data)
    return made.hexdigest()


def verify(path, subject=None):
    """The trail's subject, number of rows, and last hash."""
    read = sqlite3.connect(pathlib.Path(path).absolute().as_uri() + "?mode=ro", uri=True).execute
    [(said, count, last)] = read("SELECT subject, count, hash FROM audit_head")
    assert subject in (None, said), f"the trail is that of {said}"
    rows = read(
        "SELECT t_ns, realtime_ns, actor, action, detail, row_id, detail_sha256, hash FROM audit"
        " LEFT JOIN audit_chain ON audit_id = id ORDER BY id").fetchall()
    redacted = {row for *_, action, detail, _, _, _ in rows if action == "redact"
                for row in json.loads(detail).get("auditRows", [])}
    previous = said
    for number, (time, realtime, actor, action, detail, identifier, of_detail, stored) in enumerate(rows, 1):
        assert identifier, f"row {number} is not chained"
        assert (digest("attune-audit-1", identifier, detail) == of_detail
                or identifier in redacted), f"the detail of row {number} was changed"
        previous = digest("attune-audit-1", previous, identifier, str(time), str(realtime), actor, action, of_detail)
        assert previous == stored, f"row {number} is not the one that was written"
    assert read("SELECT count(*) FROM audit_chain").fetchone()[0] == len(rows), "rows were taken out"
    assert (count, last) == (len(rows), previous), "the trail does not end as it did"
    return said, count, last


def chain_anew(path, subject=None):
    """Chains the rows as they are now, as one would who has changed some and knows how it is done; as a trail of
    another subject where one is given."""
    database = sqlite3.connect(path)
    if subject is not None:
        database.execute("UPDATE audit_head SET subject = ?", (subject,))
    [(previous,)] = database.execute("SELECT subject FROM audit_head").fetchall()
    for identifier, *values, of_detail, number in database.execute(
            "SELECT row_id, t_ns, realtime_ns, actor, action, detail_sha256, id FROM audit"
            " JOIN audit_chain ON audit_id = id ORDER BY id").fetchall():
        previous = digest("attune-audit-1", previous, identifier, *map(str, values), of_detail)
        database.execute("UPDATE audit_chain SET hash = ? WHERE audit_id = ?", (previous, number))
    database.execute("UPDATE audit_head SET hash = ?", (previous,))
    database.commit()
    database.close()


if __name__ == "__main__":
    try:
        print(*verify(*sys.argv[1:3]))
    except (AssertionError, ValueError) as wrong:
        sys.exit(f"{sys.argv[1]}: {wrong}")
