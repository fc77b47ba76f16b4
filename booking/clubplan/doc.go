// Package clubplan sets a club up from a description: a TOML file, the flags of `pavilion club`, or the answers to the questions of the
// chat and of the Mini App.
//
// Data flow: Read parses a file into a Plan. Apply compares the plan with the club and changes the club with booking's own functions, in one
// transaction. Write prints a club.
//
// Invariants:
//   - A plan that cannot be applied as a whole changes nothing.
//   - Applying a plan a second time changes nothing and adds no line to the audit.
//   - Parts of the club that the plan leaves out stay the same. Hours and prices of a plan replace all hours and prices of the club.
//
// The rules about clubs are in booking, not here.
package clubplan
