package booking

import (
	"context"
	"fmt"
	"slices"

	"pavilion/storage"
)

// Finding is an invariant that does not hold, with the rows that break it.
type Finding struct {
	Rule string
	Rows []string // at most ten
	More int      // rows that are not shown
}

// String writes the finding in one line.
func (f Finding) String() string { return fmt.Sprintf("%s: %v and %d more", f.Rule, f.Rows, f.More) }

// Check looks for broken invariants in a database. It also checks those that the schema enforces, because a constraint may have been dropped and a
// row repaired by hand. It changes nothing.
func Check(ctx context.Context, q storage.Queryer) ([]Finding, error) {
	var findings []Finding
	for _, rule := range slices.Concat(bookingInvariants(), paymentInvariants()) {
		broken, err := selectBroken(ctx, q, rule)
		if err != nil {
			return nil, fmt.Errorf("check %q: %w", rule.name, err)
		}
		if len(broken) > 0 {
			shown := broken[:min(10, len(broken))]
			findings = append(findings, Finding{Rule: rule.name, Rows: shown, More: len(broken) - len(shown)})
		}
	}
	return findings, nil
}
