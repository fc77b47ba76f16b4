// Package groups is how groups' admins set the bot up for their group: the menu of /group, manual filters, connections from the private chat, and
// the welcome of new members.
//
// A message of a group passes HandleText. A manual filter answers it, or the group's settings decide whether it is searched for. The menu and the lists
// are drawn by functions without servers. Every button carries the group that it concerns, and every tap asks Telegram whether the person is an
// admin of that group.
//
// filter/groups decides about bounds and stores everything. This package stores nothing.
package groups
