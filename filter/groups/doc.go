// Package groups holds the decisions of groups' admins: the settings of a group, its manual filters, and the connections by which an admin manages a
// group from the private chat. It also holds the list of the groups that the bot is in.
//
// A message of a group meets a Group: the settings with the words of all filters, read in one query and kept in memory for a few seconds. The last
// known Group serves as long as Postgres does not answer. The text of a filter is read once a message matches it.
//
// Invariants: a change of settings merges into the stored row, so fields of a newer release survive. A group has at most MaxFilters filters.
// A group has one row in the list, and its number for ever. The package does not ask for anybody's rights; the screens ask Telegram before each write.
package groups
