// Package chatpage serves a page on which a person chats with the bot, without a Telegram client.
//
// Each person who is chosen on the page gets a client of package driver, so the bot sees an ordinary account that speaks MTProto. The page reads chats from
// a stream of server-sent events and acts through a small JSON API. The server listens on the loopback interface, and its paths begin with a random secret.
package chatpage
