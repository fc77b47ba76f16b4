package migrations

import (
	"regexp"
	"strings"
)

var (
	comments   = regexp.MustCompile(`(?m)--.*$`)
	lossOfData = regexp.MustCompile(`(?im)^\s*(DROP\s+(TABLE|SCHEMA|VIEW|MATERIALIZED)|TRUNCATE|DELETE\s+FROM)\b|\bDROP\s+COLUMN\b|\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b`)
	additive   = regexp.MustCompile(`(?m)^-- Additive\b`)
)

// isDestructive reports whether the Up part of a file deletes data (a table, a column, rows) or changes the type of a column.
func isDestructive(text string) bool {
	up, _, _ := strings.Cut(text, "-- +goose Down")
	return lossOfData.MatchString(comments.ReplaceAllString(up, ""))
}

// isAdditive reports whether the file has a line that begins with "-- Additive" before its Up part. The line says that the previous release works on
// the new schema. A file that destroys data is never additive.
func isAdditive(text string) bool {
	head, _, _ := strings.Cut(text, "-- +goose Up")
	return !isDestructive(text) && additive.MatchString(head)
}
