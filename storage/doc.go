// Package storage holds the connections to Postgres, Redis and the MongoDB pools, and handles the outages of their servers.
//
// Connections open lazily: no constructor fails because a server is down, so the program starts with the servers that answer. The name
// of a mongodb+srv URI is resolved by the first call. The timeouts, retries and limits of a connection are here. The package knows no domain: the rules
// and their SQL are in the domain packages. The one table that it uses is lease.
//
// Invariants:
//   - A transaction is rolled back even when its caller's context has ended.
//   - A pool gets no call while its breaker is open, and only the probe of Pool.Measure while it is half-open.
//   - A lease changes its holder only after it expired by the database's clock or was given back. Two processes act at once only while the old
//     holder cannot reach Postgres; see Lease.
package storage
