package nets

import (
	"testing"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/internal/fault"
)

// sentence is the answer on a tapped button, by its key.
type sentence string

func (s sentence) draw(d drawing) telegram.Reply {
	return telegram.Reply{Text: d.in.Say(string(s), "₹600")}
}

// answerGoldens are the sentences of tapped buttons and of refused commands.
func answerGoldens() []goldenScreen {
	list := []goldenScreen{{"saved", nil, sentence("notifications.saved")}, {"refunded", nil, sentence("desk.refunded")}, {"language", nil, sentence("language.chosen")}}
	for _, err := range packageErrors() {
		list = append(list, goldenScreen{fault.CodeOf(err), nil, sentence("error." + fault.CodeOf(err))})
	}
	return list
}

func packageErrors() []error {
	return []error{
		errNoClub, chat.ErrPrivateOnly, errStaleStep, errNoPlace, errWhichBooking, errLastHours, errNoRule, errTypedHours, errTypedPrice, errTypedRule, errTypedDay,
		errTypedQuiet,
	}
}

func TestErrors_HaveASentence(t *testing.T) {
	t.Parallel()
	in := loadPhrases(t).In("en")
	for _, err := range packageErrors() {
		if key := "error." + fault.CodeOf(err); !in.Knows(key) {
			t.Errorf("%v has no phrase %s", err, key)
		}
	}
}
