// Package channels is how the club's admins run the archive from the chat: which channels are indexed, reading a channel's past with its
// progress, and the figures of files and databases.
//
// Commands and taps call filter's Indexer and Channels. The progress of a read comes back through Screens.ReportPast, and its message is edited
// at the pace that Telegram allows.
//
// Every handler of a tap checks that the person is one of the club's admins, because anybody can send any button's data.
package channels
