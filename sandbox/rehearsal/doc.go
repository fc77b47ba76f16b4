// Package rehearsal runs the processes of the profile scale of compose.yaml under load. It kills and restarts them, stops them for an upgrade, replaces them
// by another release and back, and restores a backup into new databases.
//
// The fleet is two processes of each role behind the real nginx with the shipped configuration, over real databases and a simulated Telegram. Members
// book over HTTP: they hold, confirm, read and cancel, and repeat a request under its key until the answer is final. Others search in the chat at a
// steady rate, whether or not the earlier messages are answered. The gap of a step is the longest time that one request or one message waited for its
// answer. An answer that is not final (a broken connection, 502, 503, 504) is counted as refused; a planned step allows none.
//
// At the end every booking is in the state that its last answer told, no other booking exists, each message has one answer, and each notification
// arrived once.
//
// `make rehearse` is the full form. A short form is a test, whose limits are wide, because other tests run on the same processors.
package rehearsal
