// Package engines starts private database servers for the demo and the tests: Postgres, Redis and MongoDB pools.
//
// Each is a real server. What the environment names is used (POSTGRES_URL, REDIS_URL, MONGO_URIS): every Start gets databases of its own
// there, which its Close removes, and a relay in front of them, so that tests can make the server seem to fail. Else a binary from the PATH
// or the usual places is started as a child process in a private directory on a free port; else it is installed where that can be done
// without asking. Where nothing works, the error says in one line what to install. Children die with their parent, also when that is killed.
//
// For MongoDB the order is: MONGO_URIS; mongod; secantusd-rs and then the SecantusDB of PyPI, which speak MongoDB's wire protocol over
// WiredTiger, MongoDB's storage engine. A deployment runs real MongoDB.
package engines
