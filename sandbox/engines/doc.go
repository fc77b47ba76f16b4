// Package engines starts private database servers for the demo and the tests: Postgres, Redis and MongoDB pools.
//
// Each is a real server, from the first source that works:
//   - A server that the environment names (POSTGRES_URL, REDIS_URL, MONGO_URIS). Every Start gets its own databases there, which Close removes, and a
//     relay in front of them, so that tests can simulate a failure.
//   - A binary from the PATH or the usual directories, started as a child process in a private directory on a free port. The child dies with its
//     parent, even when that is killed.
//   - The same with a binary that Start installs without asking.
//
// If none works, the error names the package to install in one line.
//
// For MongoDB the order is MONGO_URIS, mongod, secantusd-rs, and then the SecantusDB of PyPI. The last two speak MongoDB's wire protocol over WiredTiger,
// MongoDB's storage engine. A deployment runs real MongoDB.
package engines
