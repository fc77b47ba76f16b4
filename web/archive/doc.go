// Package archive adds the archive to the HTTP API: search, one file, and its delivery into the person's chat with the bot.
//
// Files are not downloaded here: Telegram has them, and the bot sends them. Rights, limits and the daily quota are those of the chat; the parts that know them come
// from app. The package asks no database itself.
package archive
