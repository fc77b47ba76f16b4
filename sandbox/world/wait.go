// Waiting for a message as a user would see it.

package world

type watcher struct{}
