package migrations

import (
	"regexp"
	"strings"
)

// destructive tells whether the Up part of a file throws away data: a table, a column, rows, or a type that values must fit into.
func destructive(text string) bool {
	up, _, _ := strings.Cut(text, "-- +goose Down")
	comment := regexp.MustCompile(`(?m)--.*$`)
	losing := regexp.MustCompile(`(?im)^\s*(DROP\s+(TABLE|SCHEMA|VIEW|MATERIALIZED)|TRUNCATE|DELETE\s+FROM)\b|\bDROP\s+COLUMN\b|\bALTER\s+COLUMN\s+\S+\s+(SET\s+DATA\s+)?TYPE\b`)
	return losing.MatchString(comment.ReplaceAllString(up, ""))
}
