// Package upkeep has the parts with which admins watch and mend the archive: counters, searches that found nothing, maintenance jobs, deletions that can
// be undone, and events for a log channel. Their state is in Postgres, except for events that wait to be posted. A kill may lose these, and the counts of
// the last seconds. The package does not change the index itself; that is filter's.
package upkeep
