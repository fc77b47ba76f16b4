// Package filter is the club's file search: it indexes the files of channel posts and finds them by typed words.
//
// Indexing: the name and caption of a post become tokens (normalise.go, tokens.go, parse.go). The Indexer writes the file and its
// tokens to one of the MongoDB pools and counts the tokens in the Vocabulary. Searching: the Searcher asks every pool at once, with
// the prefixes, typos and other spellings that the Vocabulary knows, and checks and ranks the candidates in this process. Telegram
// keeps the bytes of a file; the index keeps its description.
//
// Invariants:
//   - No post is lost. A post that is not stored yet is in a gap of its channel's ledger, or above the ledger's watermark.
//   - A file is one document across all pools, keyed by Telegram's document id, with every place where it was posted. A duplicate
//     arises when a pool is down, and is merged when the pool is back, or when two processes write at once. Searches merge duplicates.
//   - Every word of a file finds it, and no list has another file, except for batches of writes that are noted as unfinished, and for removed files and
//     old words in long lists. CheckArchive compares files and lists.
//   - Every result has a match for every word of the query. Page.Missing names the pools that did not answer.
//   - Every query uses an index; the tests explain each kind of command.
//   - BSON stays in the files named *_store.go.
//
// The package imports neither Telegram's protocol nor net/http, and writes no chat texts. It does not handle money.
package filter
