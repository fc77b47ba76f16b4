// Package backup copies an installation into a folder and makes a new installation from it.
//
// A backup is a dump of Postgres, by pg_dump, and an export of each MongoDB pool, with a manifest that has their checksums and counts. The manifest is
// written last, so a folder without one is an interrupted backup.
//
// Postgres is copied first, the pools afterwards. The saved position in Telegram's updates is therefore never ahead of the archive: after a restore the
// bot asks for the updates since that position, and stores posts again that the pools already have. In the other order, posts between the two copies
// would be in neither. In the pools, what the bot has read is copied before the files, and the files before the lists of words, for the same reason. Copies of
// a file are merged into the first pool that has one, so the last pool is copied first. A drain moves documents in any direction: a backup during which a
// pool's mode changes fails. What
// a bot wrote between the copies can leave wrong entries in lists. Restore finds these and notes them for the bot.
//
// A restored database is another database than its original, and the row in installation still names the original. Until Confirm, no process is the bot
// or runs jobs on it. Confirm ends the sessions and holds back everything that the original had not sent yet.
//
// Redis is not copied: it has nothing that is stored only there.
package backup
