// Package migrations holds the Postgres schema as numbered SQL files and applies them with goose; the job queue's own migrations follow.
//
// Files are embedded, so the binary and its schema cannot differ. Several processes may start at once: a lock in Postgres lets one apply
// while the others wait. Each applied file's checksum is kept. Verify, before a server serves, and Up, before it changes anything, refuse
// a schema that this binary does not know, a file that was edited after it was applied, and a file without a transaction that was left in
// the middle. What destroys data in the Up part of a file needs a word of consent.
//
// There is no way down in production: the down parts are for tests, and for whoever reads what a file did.
package migrations
