// Command bench measures what Pavilion promises and prints a line for each figure:
//
//	figure NAME VALUE UNIT baseline VALUE ratio R
//
// The ratio is the value divided by its baseline. Both are measured in the same run on the same servers, except where the baseline is a limit.
//
//   - The real binary indexes BENCH_FILES made-up files (100,000) that are posted to it over MTProto; the baseline inserts the same documents
//     in batches and does nothing else.
//
//   - Searches of the index it made run beside what many bots do: a case-insensitive pattern over the names, a page and a count.
//
//   - The part "archive" fills two pools over MTProto, with each number of files in BENCH_FILES (100,000 and 1,000,000). Searches by one client and by eight
//     are timed beside the least that any design does: ten documents of each pool read by their ids. Ingest runs beside unordered inserts of the same files with
//     a multikey index over their words. Figures that begin with multikey_ are searches of that index with the same ranking. The bot is restarted over the full
//     archive, and its answers to searches are counted beside those of a bot that echoes. The past of a channel with 20,000 messages is read beside the
//     pace at which Telegram lets clients read messages.
//
//   - The bot's answers are counted against a bot that echoes and does nothing else.
//
//   - Files that 20 people get at once by a link to 50 posts, beside the rate that Telegram allows; and searches behind all limits of a person beside searches
//     without them.
//
//   - A broadcast at Telegram's limit, and the bot's answers beside it and without it.
//
//   - The part "page" starts the Mini App in Chromium, on a slow network and a slow processor, until a free time can be tapped, beside a page of one line
//     with the same headers. Then 500 users read a day every 15 seconds while others make holds. Their times are compared with those of one person who
//     reads as often as all of them, without holds.
//
//   - Holds over HTTP of the real binary run in turn with pgbench, which sends the statements that were recorded from one hold, to the same
//     server with the same number of clients and planner settings. pgbench sends one statement after the other. For the figures that end in
//     _beside_pipelines it uses as few round trips as the binary. Both run with each number of past bookings in BENCH_BOOKINGS (1,000 and 1,000,000, in
//     ascending order) in the tables, without and with quotas. The planner has no statistics of these tables. Below each figure is the processor time of a
//     hold, by program (on Linux), and the costliest statements. The clients over HTTP keep their connections and cost about as much as pgbench in pipelines.
//
//   - Holds of one hour that everybody wants are timed beside holds of free slots, both at a steady rate from the moment each was due.
//
//   - Availability is read from the cache and without Redis, each the other's baseline.
//
//   - A table says how many holds were tried and won, and what else clients were answered. An overlap, a deadlock,
//     or an answer that is neither a hold, nor "taken", nor "busy, try again" fails the run.
//
//   - Relevance: some 500 queries of every class of mistake are searched for in 5,000 files, and a line for each class tells how many found the file that was
//     meant as the first result and among the first five, beside its aim. See package relevance.
//
// Postgres flushes every commit to the disk, as where it matters; BENCH_FSYNC=off leaves that out, so that the processors alone are measured.
//
// BENCH_ONLY picks a part: relevance, search, archive, delivery, booking, broadcast or page. BENCH_VERBOSE=1 also prints the queries that miss. BENCH_PROFILES names a
// folder for CPU profiles of the server, one for each round of holds. The databases are private ones, or those that MONGO_URIS, POSTGRES_URL and REDIS_URL name. The
// first line of a part says which server answered.
package main
