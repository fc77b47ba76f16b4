package chat

import (
	"testing"

	"pavilion/bot/telegram"
)

func TestClientLanguage_TheNewestEventCountsAndAnEventWithoutOneChangesNothing(t *testing.T) {
	t.Parallel()
	c := newClientLanguages()
	for i, step := range []struct {
		tells, speaks string
		isNew         bool
	}{{"", "", false}, {"en", "en", true}, {"en", "en", false}, {"", "en", false}, {"hi", "hi", true}, {"", "hi", false}} {
		p := telegram.Person{ID: 7, Language: step.tells}
		if isNew := c.note(&p); isNew != step.isNew || p.Language != step.speaks {
			t.Errorf("step %d: new %v, %q; want %v, %q", i, isNew, p.Language, step.isNew, step.speaks)
		}
	}
	other := telegram.Person{ID: 8}
	if c.note(&other); other.Language != "" {
		t.Errorf("another person speaks %q", other.Language)
	}
}
