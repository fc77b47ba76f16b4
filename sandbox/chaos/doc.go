// Command chaos runs the real binary under load while its servers fail. Afterwards it compares the final state with the clients' answers.
//
// Six clients book, pay and cancel over HTTP. They send each action under one idempotency key until it has a final answer. Meanwhile Postgres is cut,
// stopped, read-only and full, Redis is stopped, full and flushed, and the server is killed with SIGKILL. The output is a table with a line for each
// fault. Each client must have a final answer within five seconds after the fault has ended, and within five seconds to each later action. Clients must
// notice some faults, such as a stopped Postgres: the run fails if every try had a final answer.
//
// At the end chaos compares bookings, payments and refunds with the clients' answers, over the API and at the payment service. None may be lost or
// doubled, no two bookings may overlap, and every key must still have its answer. A failed check ends the program with an error.
//
// The full disk is a small tmpfs with the database's tables. Mounting it needs root on Linux. Elsewhere triggers raise Postgres's error for a full disk,
// and the table says so.
package main
