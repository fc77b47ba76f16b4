// Package app builds Pavilion's parts, starts and stops them in order, and holds the subcommands. main is a shell around Main.
//
// Stages, first to start and last to stop: connections, index, bot. A second signal ends the process at once.
package app
