// Package e2e tests Pavilion from outside: the real binary as a child process, real servers, a simulated Telegram, and people who write to the
// bot over MTProto and read the chat as they see it.
package e2e
