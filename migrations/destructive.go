package migrations

import (
	"regexp"
	"strings"
)

var (
	comments     = regexp.MustCompile(`(?m)--.*$`)
	lossOfData   = regexp.MustCompile(`(?im)^\s*(DROP\s+(TABLE|SCHEMA|VIEW|MATERIALIZED)|TRUNCATE|DELETE\s+FROM)\b|\bDROP\s+COLUMN\b|\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b`)
	saysAdditive = regexp.MustCompile(`(?m)^-- Additive\b`)
)

// effects reports two things about a migration's file. It is destructive if its Up part deletes data (a table, a column, rows) or changes the type of a
// column. It is additive if a line before its Up part begins with "-- Additive", which says that the previous release works on the new schema. A
// destructive file is never additive.
func effects(text string) (destructive, additive bool) {
	head, _, _ := strings.Cut(text, "-- +goose Up")
	up, _, _ := strings.Cut(text, "-- +goose Down")
	destructive = lossOfData.MatchString(comments.ReplaceAllString(up, ""))
	return destructive, !destructive && saysAdditive.MatchString(head)
}
