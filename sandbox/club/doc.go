// Package club generates a cricket club and the files of its channels, for the demo, the tests and the benchmarks.
//
// Everything is derived from a seed: the same seed gives the same names in the same order on every machine, so figures of
// two runs can be compared. The names imitate what people post (release names, phone recordings, scanned documents, songs)
// in several scripts; no title, person or club in it is meant to be a real one beyond well-known film and player names.
package club
