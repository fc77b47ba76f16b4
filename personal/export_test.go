package personal

import (
	"context"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"pavilion/internal/secret"
	"pavilion/storage"
)

// ConfirmOnly confirms an erasure and does not run it, as a process that dies then.
func ConfirmOnly(ctx context.Context, db *pgxpool.Pool, token secret.String) error {
	return storage.InTx(ctx, db, func(ctx context.Context, tx pgx.Tx) error {
		_, _, _, err := confirmErasure(ctx, tx, hashOf(token))
		return err
	})
}

// EraseConfirmed erases a person whose confirmation a process has read.
func EraseConfirmed(ctx context.Context, r *Records, person int64) error {
	return r.eraseConfirmed(ctx, person, InChat)
}

// ListedColumns are the columns that erasure knows, as table.column.
func ListedColumns() (names []string) {
	for _, t := range tables() {
		for _, column := range regexp.MustCompile(`\w+`).FindAllString(t.column, -1) {
			names = append(names, t.name+"."+column)
		}
	}
	return names
}

// Deletes reports whether erasure deletes the rows of a person in a table.
func Deletes(name string) bool {
	return slices.ContainsFunc(tables(), func(t table) bool { return t.name == name && t.erasure == remove })
}

// Blanks reports whether erasure empties a column of the rows that it keeps.
func Blanks(name, column string) bool {
	return name == "audit" && (column == "detail" || column == "reason") || slices.ContainsFunc(tables(), func(t table) bool {
		return t.name == name && strings.Contains(" "+t.blank, " "+column+" =")
	})
}

// ExportedTables are the tables of which an export has rows.
func ExportedTables() (names []string) {
	for _, t := range tables() {
		if t.exported {
			names = append(names, t.name)
		}
	}
	return names
}
