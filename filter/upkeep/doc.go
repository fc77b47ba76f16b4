// Package upkeep has the parts with which admins watch and mend the archive: counters, searches that found nothing, maintenance jobs, and deletions that
// can be undone. Their state is in Postgres. It does not change the index itself; that is filter's.
package upkeep
