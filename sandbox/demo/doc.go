// Command demo shows Pavilion's main features.
//
// It starts the scene of package sandbox (a simulated Telegram, private databases, the real binary as a child process). Simulated members of a club use
// the bot over MTProto, and the demo draws their chats as a transcript. Every chapter checks the results. The first check that fails ends the demo with
// a line about it and a non-zero exit code. After the transcript the scene stays up for other clients until Ctrl-C; with -once it stops.
//
// The transcript shows the messages that the clients received. Only times are simulated: the older posts have older dates, and Telegram answers slowly
// during the read of the past, as over a real network. The Mini App of some chapters is package miniapp, a client of the API; this package writes the
// people's words and formats the API's answers.
package main
