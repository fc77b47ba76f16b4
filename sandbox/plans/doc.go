// Package plans records the SQL statements of tests, runs them on large tables and reports those that read too much. The tables of a test are too small
// to reveal a statement that reads a whole table.
package plans
