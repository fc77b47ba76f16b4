// Package migrations holds the Postgres schema as numbered SQL files and applies them with goose, followed by the job queue's own migrations.
//
// The files are embedded in the binary. Several processes may start at once: an advisory lock lets one of them migrate while the others wait. The
// table schema_file keeps the checksum of each applied file. A line "-- Additive" before the Up part says that the previous release works on the new
// schema. schema_file stores this, because the previous binary does not have the file.
//
// Verify and Up refuse a schema with a newer migration that is not additive, with a file that was edited after it was applied, or with a file without a
// transaction that stopped in the middle. Up checks this before it changes anything. Only UpDestructive applies a file that destroys data.
//
// Down is for tests. No command of the binary calls it.
package migrations
