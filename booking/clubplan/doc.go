// Package clubplan sets a club up from a description: a TOML file, or the flags of `pavilion club`.
//
// Data flow: Read makes a Plan of a file; Apply compares it with the club as it is, and makes the differences through booking's own functions, in one
// transaction; Write prints the result.
//
// Invariants:
//   - A plan that cannot be applied as a whole changes nothing.
//   - Applying a plan again changes nothing and leaves no line in the audit.
//   - A part that the plan does not name stays as it is. Named hours and prices replace all that the club has.
//
// It decides no rule about clubs: those are booking's.
package clubplan
