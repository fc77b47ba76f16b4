// Inline mode: a query typed in any chat goes to the bot, its results come back.

package world

type inlineDesk struct{}

func newInlineDesk() inlineDesk { return inlineDesk{} }
