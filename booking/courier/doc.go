// Package courier carries messages to members outside Telegram: letters over SMTP, and text messages over an HTTP provider.
//
// A messenger tells one thing exactly, because booking decides by it whether a message may go again: whether what failed was surely not sent.
// Everything up to the last byte of a letter, and up to the last byte of a request, surely sent nothing; so does a refusal in so many words.
// What ends after that without an answer may have arrived. A courier stores nothing, repeats nothing, and logs neither addresses nor words.
package courier
