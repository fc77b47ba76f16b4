// Package plans runs the statements that tests sent once more on large tables and reports those that read too much. A test's own tables are too small to
// show a statement that reads a whole table.
package plans
