// Package storage holds the connections to Postgres, Redis and the MongoDB pools, and what each does when its server fails.
//
// It opens lazily: no constructor fails because a server is down, so the bot starts with whatever answers. Waits, retries and
// limits of a connection live here and nowhere else. It knows no domain: rules and SQL are beside the nouns they serve.
//
// Invariants: a transaction is rolled back even when its caller was cancelled; a pool whose breaker is open is not asked;
// at most one holder of a lease acts at a time, judged by the database clock.
package storage
