// Package caller is a client of the HTTP server for tests. It holds every answer against the description that the server serves, and records the
// operations that a package's tests have seen succeed. Like the rest of the sandbox it knows nothing of the server's code.
package caller
