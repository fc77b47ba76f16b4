// Package bot is Pavilion in Telegram. It builds the client, the chat and every feature's screens, routes events to them, and holds the list of
// commands, their menus, /start and /help.
//
// The parts: bot/telegram connects, receives and sends; bot/chat routes events and keeps conversations; bot/search, bot/channels and bot/nets
// are the screens of one feature each. Screens do not know each other: a command that spans features is handled here.
//
// An edited message is not answered again: people who correct a question usually send it anew.
package bot
