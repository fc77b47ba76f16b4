// Command demo plays Pavilion's main job before the reader's eyes.
//
// It sets the whole scene of package sandbox (a simulated Telegram, private databases, the real binary as a child process), lets a made-up
// club's people use the bot over MTProto, and draws their chats as a transcript. Every chapter checks that what should happen did happen; the
// first thing that does not ends the demo with a line that says what, and a non-zero exit code. After the transcript everything stays up, for a
// client of one's own, until Ctrl-C; with -once it stops.
//
// What is drawn is what a person's client received, never what was expected. The only thing staged is time: the club's older posts carry older
// dates, and Telegram answers slowly while the past is read, as it does over a real line. The Mini App of some chapters is a client of the
// API, package miniapp; what people say there are this package's words, and the answers are made of what the API sent.
package main
