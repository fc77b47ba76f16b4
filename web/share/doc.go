// Package share prepares messages that people send from the Mini App. It asks the connected bot, which has the rights, the texts and the connection to
// Telegram. It stores nothing: a prepared message is sent by nobody until its person chooses a chat, and ends by itself.
package share
