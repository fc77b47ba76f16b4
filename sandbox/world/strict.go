// The callers of each method: people, bots, both, or clients without a sign-in.

package world

import (
	_ "embed"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// methodsCSV lists methods with their callers, from Telegram's documentation.
//
//go:embed methods.csv
var methodsCSV string

type usability uint8

const (
	forBoth usability = iota
	forPeople
	forBots
)

// botMethods are bot-only methods that the list lacks.
const botMethods = "messages.setBotPrecheckoutResults messages.setBotShippingResults messages.sendWebViewResultMessage " +
	"bots.setBotMenuButton bots.getBotMenuButton bots.sendCustomRequest bots.answerWebhookJSONQuery help.setBotUpdatesStatus " +
	"bots.setBotGroupDefaultAdminRights bots.setBotBroadcastDefaultAdminRights payments.botCancelStarsSubscription messages.savePreparedInlineMessage"

// peoplesMethods are methods for people that the list lacks.
const peoplesMethods = "payments.getStarsSubscriptions payments.changeStarsSubscription messages.getChatInviteImporters messages.hideAllChatJoinRequests " +
	"messages.getPreparedInlineMessage bots.allowSendMessage bots.canSendMessage"

func methodRules() map[string]usability {
	rules := map[string]usability{}
	for line := range strings.Lines(methodsCSV) {
		name, who, _ := strings.Cut(strings.TrimSpace(line), ",")
		switch who {
		case "user":
			rules[name] = forPeople
		case "bot":
			rules[name] = forBots
		}
	}
	for name := range strings.FieldsSeq(botMethods) {
		rules[name] = forBots
	}
	for name := range strings.FieldsSeq(peoplesMethods) {
		rules[name] = forPeople
	}
	return rules
}

// methodNames maps constructor ids to names without the "#id".
func methodNames() map[uint32]string {
	names := map[uint32]string{}
	for id, full := range tg.TypesMap() {
		names[id], _, _ = strings.Cut(full, "#")
	}
	return names
}

// open reports whether a method needs no sign-in.
func open(method string) bool {
	switch {
	case strings.HasPrefix(method, "auth."), strings.HasPrefix(method, "help."), strings.HasPrefix(method, "langpack."):
		return true
	}
	return false
}

// admit refuses a caller that may not call the method, before the arguments are decoded.
func (w *World) admit(from Caller, method string) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !from.NoUpdates {
		if w.online[from.AuthKey] == nil {
			w.online[from.AuthKey] = map[int64]struct{}{}
		}
		w.online[from.AuthKey][from.Session] = struct{}{}
	}
	me := w.Accounts[w.Logins[from.AuthKey]]
	switch {
	case me == nil && !open(method):
		return tgerr.New(401, "AUTH_KEY_UNREGISTERED")
	case me == nil:
		return nil
	case me.Deleted:
		return tgerr.New(401, "USER_DEACTIVATED")
	case me.Bot != nil && w.rules[method] == forPeople:
		return tgerr.New(400, "BOT_METHOD_INVALID")
	case me.Bot == nil && w.rules[method] == forBots:
		return tgerr.New(400, "USER_BOT_REQUIRED")
	}
	return nil
}
