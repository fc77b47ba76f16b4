// Package archive adds the archive to the HTTP API: search, one file, and its delivery into the person's chat with the bot.
//
// The package does not serve the bytes of files: the bot sends files in Telegram. Rights, limits and the daily quota are those of the chat. The parts
// that apply them come from app. The package asks no database itself.
package archive
