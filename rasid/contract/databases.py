"""Who may use which database: each process has one, with a user of its own who knows no other."""

from collections.abc import Mapping

DATABASES: Mapping[str, str] = {
    "ingest": "rasid_ingest",
    "alerts": "rasid_alerts",
    "search": "rasid_search",
    "archive": "rasid_archive",
    "casework": "rasid_casework",
    # What has to be erased stands in the archive's database, and the certificate goes there (decision 0026).
    "eraser": "rasid_archive",
}
"""The database that a process reads and writes, by the name by which `access.principal` knows the process."""

ROLE = "readWrite"
"""What its user may do there, by MongoDB's name for it: documents, collections and indexes, no users, no roles."""
