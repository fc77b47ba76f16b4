package telegram

import (
	"strings"
	"testing"

	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/tg"
)

func TestCutCaption_EndsAtALineSentenceOrWord(t *testing.T) {
	t.Parallel()
	words := strings.Repeat("word ", 300)
	for name, c := range map[string]struct{ text, end string }{
		"line":     {strings.Repeat("a line of it\n", 100), "a line of it…"},
		"sentence": {strings.Repeat("One more sentence. ", 80), "One more sentence.…"},
		"hindi":    {strings.Repeat("यह एक वाक्य है। ", 100), "यह एक वाक्य है।…"},
		"word":     {words, "word…"},
		"no space": {strings.Repeat("x", 2000), "x…"},
		"emoji":    {strings.Repeat("🏏", 900), "🏏…"},
	} {
		got, _ := cutCaption(c.text, nil)
		if n := entity.ComputeLength(got); n > maxCaption || n < maxCaption*2/3 || !strings.HasSuffix(got, c.end) || !strings.HasPrefix(c.text, strings.TrimSuffix(got, ellipsis)) {
			t.Errorf("%s: %d units, ends with %q", name, n, got[max(0, len(got)-40):])
		}
	}
	if got, _ := cutCaption("short. ", nil); got != "short. " {
		t.Errorf("%q", got)
	}
}

func TestCutCaption_FormattingEndsWithTheText(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("word ", 300)
	whole := &tg.MessageEntityBlockquote{Offset: 0, Length: len(text), Collapsed: true}
	got, entities := cutCaption(text, []tg.MessageEntityClass{
		whole, &tg.MessageEntityBold{Offset: 0, Length: 4}, &tg.MessageEntityTextURL{Offset: 1000, Length: 100, URL: "https://example.org"}, &tg.MessageEntityItalic{Offset: 1200, Length: 4},
	})
	end := entity.ComputeLength(strings.TrimSuffix(got, ellipsis))
	if len(entities) != 3 {
		t.Fatalf("%v", entities)
	}
	quote, isQuote := entities[0].(*tg.MessageEntityBlockquote)
	link, isLink := entities[2].(*tg.MessageEntityTextURL)
	if !isQuote || quote.Length != end || !quote.Collapsed || !isLink || link.Offset+link.Length != end || link.URL == "" {
		t.Errorf("the text ends at %d; %v", end, entities)
	}
	if whole.Length != len(text) {
		t.Error("the stored formatting is changed")
	}
}
