// Package migrations holds the Postgres schema as numbered SQL files and applies them with goose, followed by the job queue's own migrations.
//
// The files are embedded in the binary. Several processes may start at once: an advisory lock lets one of them migrate while the others wait. The
// table schema_file keeps the checksum of each applied file. A file that says "-- Additive" ahead of its Up part leaves the release before working, and
// schema_file says so to that release. Verify and Up refuse a schema with any other migration that this binary does not have, with a
// file that was edited after it was applied, or with a file without a transaction that stopped in the middle. Up checks this before it changes
// anything, and it refuses a file that destroys data, which only UpDestructive applies.
//
// Down is for tests. No command of the binary calls it.
package migrations
