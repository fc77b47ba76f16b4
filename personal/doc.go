// Package personal exports and erases what Postgres and the archive's databases know of one person.
//
// Every column of the schema that can hold a person is listed with its treatment; a test finds columns that are not. Erasure deletes what only serves the
// person. In records of money and decisions a random negative number takes the person's place, so that they still add up and name nobody.
package personal
