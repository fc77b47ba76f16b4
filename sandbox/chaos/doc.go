// Command chaos runs the real binary under load while its servers fail, and checks afterwards that clients were told the truth.
//
// Six clients book, pay and cancel over HTTP. They send each action under one idempotency key until it has a final answer. Meanwhile Postgres is cut,
// stopped, read-only and full, Redis is stopped, full and flushed, and the server is killed with SIGKILL. A table has a line for each fault. Each
// client must have a final answer within five seconds after the fault has ended.
//
// At the end bookings, payments and refunds are compared with the clients' answers, over the API and at the payment service: none is lost or doubled,
// no two bookings overlap, and every key still has its answer. A failed check ends the program with an error.
//
// The full disk is a real one: a small file system in memory holds the database's tables. Mounting it needs root on Linux; elsewhere triggers answer
// with Postgres's error for a full disk, and the table says so.
package main
