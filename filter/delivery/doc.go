// Package delivery decides how files reach people: links, deliveries of many files, protection, deliveries that delete themselves, and captions.
//
// A link carries its target and a signature, so most links need no row. A link with limits is a row, and the link carries the row's id.
// A delivery of many files is a row with a list of places and a cursor. The bot sends from the cursor, and moves it in the transaction that stores
// when the messages are deleted again. What a kill repeats has the same random_id, so Telegram drops it.
//
// Invariants: the cursor only rises. A person has at most one delivery of many files at a time. A message that must be deleted has a row until it is
// deleted.
//
// This package sends nothing and knows no Telegram types.
package delivery
