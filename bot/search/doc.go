// Package search is how people find the club's files in the chat: a page of results with buttons, its filters, inline mode, and the delivery
// of a tapped file.
//
// A query goes to filter.Searcher; its page becomes a message whose first line is the query. A row is a title with its versions and subtitles, which a tap
// lists, or a file. Taps turn the page in place. The query of a
// message is remembered in Redis, and read back from the message itself where Redis does not have it.
//
// filter decides about matches. The guard of bot/access stands before these screens, and its quota around each delivery. This package stores nothing durable.
package search
