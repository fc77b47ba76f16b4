// Package filter is the club's file search: it turns channel posts into an index and typed words into files.
//
// Data flows one way. A post becomes tokens (normalise, tokens, parse), the indexer writes it to one of the MongoDB pools and the
// vocabulary learns its words; a query becomes alternatives for each word out of the vocabulary, every pool is asked at once, and
// candidates are checked and ranked here. The bytes of a file stay with Telegram; only its description is kept.
//
// Invariants:
//   - A post is never lost: what is not stored is in a channel's ledger, as a gap, or above its watermark.
//   - A file is one document across all pools, by Telegram's document id, with every place that it stands in.
//   - A result holds every word of the query; a search that some pool did not answer says so.
//   - No query reads a collection without an index.
//
// It knows nothing of Telegram's protocol, of chats' texts or of money.
package filter
