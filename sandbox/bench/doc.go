// Command bench measures what Pavilion promises and prints a line for each figure:
//
//	figure NAME VALUE UNIT baseline VALUE ratio R
//
// The ratio is the value divided by its baseline. Both are measured in the same run on the same servers, except where the baseline is a limit.
//
//   - The real binary indexes BENCH_FILES made-up files (100,000) that are posted to it over MTProto; the baseline inserts the same documents
//     in batches and does nothing else.
//   - Searches of the index it made run beside what many bots do: a case-insensitive pattern over the names, a page and a count.
//   - The bot's answers are counted against a bot that echoes and does nothing else.
//
// The databases are private ones, or those that MONGO_URIS names. The first line says which server answered.
package main
