package telegram

import (
	"testing"

	"github.com/gotd/td/tg"
)

// styled is a text in which the parts between asterisks are bold.
func styled(text string) SavedMessage {
	var s SavedMessage
	var entities []tg.MessageEntityClass
	units, bold := 0, -1
	for _, r := range text {
		if r == '*' {
			if bold < 0 {
				bold = units
			} else {
				entities = append(entities, &tg.MessageEntityBold{Offset: bold, Length: units - bold})
				bold = -1
			}
			continue
		}
		s.Text += string(r)
		if units++; r > 0xffff {
			units++
		}
	}
	s.Entities = packEntities(entities)
	return s
}

func TestSavedMessage_FormattingStaysOnItsWordsWhenPartsAreCutOut(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		text  string
		parts []Span
		want  string
	}{
		{"*bold* text", nil, "*bold* text"},
		{"🏏 cut *bold*", []Span{{5, 9}}, "🏏 *bold*"},
		{"a *bold* cut", []Span{{6, 10}}, "a *bold*"},
		{"*bold cut*", []Span{{4, 8}}, "*bold*"},
		{"*cut* text", []Span{{0, 4}}, "text"},
		{"x *🏏 मैच* y *z*", []Span{{0, 2}, {16, 19}}, "*🏏 मैच**z*"},
	} {
		got, want := styled(c.text).Without(c.parts...), styled(c.want)
		if got.Text != want.Text || string(got.Entities) != string(want.Entities) {
			t.Errorf("%q without %v: %q with %v, want %q with %v", c.text, c.parts, got.Text, unpackEntities(got.Entities), want.Text, unpackEntities(want.Entities))
		}
	}
	if got, want := styled(" \n*bold* text \n").Trimmed(), styled("*bold* text"); got.Text != want.Text || string(got.Entities) != string(want.Entities) {
		t.Errorf("trimmed: %q with %v", got.Text, unpackEntities(got.Entities))
	}
	if got := (SavedMessage{Text: " \n "}).Trimmed(); got.Text != "" {
		t.Errorf("only white space: %q", got.Text)
	}
}
