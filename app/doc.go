// Package app builds Pavilion's parts, starts and stops them in order, and holds the subcommands. main only calls Main.
//
// Stages start in this order and stop in reverse: connections, workers, HTTP with the bot. A second signal ends the process at once.
package app
