// Package relevance measures whether people find the files that they mean.
//
// works.go reads titles of films, series, books, songs, clips, and titles in twelve scripts. names.go writes file names and captions for them in every
// habit of naming, among the names of package club. queries.go writes the queries of each class from the titles alone, without the names, so that a mistake
// in the one does not hide in the other. byhand.tsv has further queries that were written by hand.
// posted.tsv has names as channels post them. typed.tsv, unseen.tsv, further.tsv, later.tsv and looked.tsv have queries as people type them on their phones, in
// all classes. Those of fresh.tsv are held out: what a search misses there was not looked at while the search was mended. All else derives from a seed.
//
// Measure posts the files to a real index and searches for each query over the path that the bot uses. A query succeeds when one of the first results is a
// file of the title that was meant; if there is none, the search for "did you mean" counts.
package relevance
