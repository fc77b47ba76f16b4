// Package backup copies an installation into a folder and makes a new installation from it.
//
// A backup is a dump of Postgres, by pg_dump, and an export of each MongoDB pool, with a manifest that has their checksums and counts. The manifest is
// written last, so a folder without one is an interrupted backup.
//
// Make copies Postgres first and the pools afterwards. So the saved position in Telegram's updates is never ahead of the archive. After a restore the
// bot asks for the updates since that position, and stores some posts a second time. In the other order, a post between the two copies would be in
// neither. For the same reason Make copies the other collections of all pools before the files, and the files before the lists of words. The bot merges
// copies of a file into the first pool that has one, so Make copies the last pool first. A drain moves documents in any direction, so a backup fails if
// a pool's mode changes meanwhile. Writes between the copies can leave wrong entries in lists. Restore finds these and notes them for the bot.
//
// In a restored database the table installation still names the original. Until Confirm, no process on it is the bot or runs jobs. Confirm ends the
// sessions and holds back everything that the original had not sent.
//
// Redis is not copied: nothing is stored only there.
package backup
