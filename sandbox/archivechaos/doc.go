// Package archivechaos injects faults into the databases and processes of the archive while posts, edits and deletions go on, and then checks that the
// index has exactly what Telegram has. `make chaos-index` runs it with 200,000 events.
//
// The events happen in the simulated Telegram, through its Go interface. From there on their way is the real one: the program gets them as updates over
// MTProto, reads what it missed with channels.getMessages, and stores it in three MongoDB servers. Each post has a word of its own, and an edit replaces
// it.
//
// The faults are servers that stop, hang (SIGSTOP) or are full, kill -9 of the bot, and a bot that is cut off from Postgres: another process takes its
// lease, and both index until the first one is killed or reaches Postgres again. After each fault a new post has to be found.
//
// At the end the run waits until the bot has finished every interrupted write and merged every copy, which it reads from their notes in the databases.
// Then `pavilion doctor archive` has to report 0 missing and 0 dead, and as many files as have a living post. A sample of posts is searched for in the
// chat: the present word finds the file, and earlier words do not. Otherwise the run fails.
//
// The full run takes about twelve minutes on two processors. CHAOS_EVENTS sets another number of events in the same time. A short one is a test: it deletes
// the leases of dead processes and makes claims of their writes old, instead of waiting for both.
package archivechaos
