// Package migrations holds the Postgres schema as numbered SQL files and applies them with goose.
//
// Files are embedded, so the binary and its schema cannot differ. Several processes may start at once: a session lock in Postgres lets one
// apply while the others wait.
package migrations
