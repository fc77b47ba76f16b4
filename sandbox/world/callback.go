// Buttons: a tap becomes a query to the bot, and waits for its answer.

package world

type callbackDesk struct{}

func newCallbackDesk() callbackDesk { return callbackDesk{} }
