package groups_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"pavilion/filter"
	"pavilion/filter/groups"
)

func text(words, body string) groups.Filter {
	return groups.Filter{Chat: group, Words: words, Answer: groups.Answer{Body: body}}
}

func save(t *testing.T, g *groups.Groups, f groups.Filter) groups.FilterID {
	t.Helper()
	id, _, err := g.SaveFilter(t.Context(), f, admin7)
	if err != nil {
		t.Fatalf("%q: %v", f.Words, err)
	}
	return id
}

func TestMatch_WholeWordsTheLongestFirstWithoutFuzz(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	ids := map[groups.FilterID]string{}
	for _, words := range []string{"net", "net booking", "Net Booking Rules", "don't panic", "C", "🏏", "规则", "मैच", "MCG", "rules of the club"} {
		ids[save(t, g, text(words, "answer"))] = words
	}
	for message, want := range map[string]string{
		"net":                                    "net",
		"The NET, please!":                       "net",
		"nets":                                   "",
		"internet":                               "",
		"nte":                                    "",
		"how does net booking work?":             "net booking",
		"net booking rules and the net":          "Net Booking Rules",
		"net, booking\nrules":                    "Net Booking Rules",
		"net the booking":                        "net",
		"rules of the":                           "",
		"rules of the club or net booking":       "rules of the club",
		"net booking or rules of the club":       "rules of the club",
		"dont panic":                             "don't panic",
		"don’t panic":                            "don't panic",
		"plan c or b":                            "C",
		"nice shot 🏏️ there":                     "🏏",
		"俱乐部的规则是什么":                              "规则",
		"आज मैच है":                              "मैच",
		"मैचों":                                  "",
		"ｍｃｇ tickets":                            "MCG",
		"":                                       "",
		strings.Repeat("internet ", 500) + "net": "net",
	} {
		id, found := g.Get(t.Context(), group).Match(message)
		if got := ids[id]; got != want || found != (want != "") {
			t.Errorf("%.40q is answered by %q, want %q", message, got, want)
		}
	}
}

func TestMatch_TheClubsFiltersAnswerUnlessTheGroupOptedOut(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	club := text("net", "the club's")
	club.Chat = groups.Club
	clubs := save(t, g, club)
	longer := text("net booking", "the club's")
	longer.Chat = groups.Club
	clubsLonger := save(t, g, longer)
	match := func(chat filter.ChatID, message string, want groups.FilterID) {
		t.Helper()
		if got, found := g.Get(t.Context(), chat).Match(message); got != want || found != (want != 0) {
			t.Errorf("%q in %d: filter %d, want %d", message, chat, got, want)
		}
	}
	match(group, "net", clubs)
	own := save(t, g, text("net", "our own"))
	match(group, "net", own)
	match(group, "net booking", clubsLonger)
	match(otherGroup, "net", clubs)
	if _, err := g.Update(t.Context(), group, admin7, func(s *groups.Settings) error { s.ClubFilters = false; return nil }); err != nil {
		t.Fatal(err)
	}
	match(group, "net booking", own)
	if _, err := g.Filter(t.Context(), group, own); err != nil {
		t.Error(err)
	}
	if _, err := g.Filter(t.Context(), otherGroup, own); !errors.Is(err, groups.ErrFilterNotFound) {
		t.Errorf("another group reads the filter: %v", err)
	}
	if err := g.DeleteFilter(t.Context(), otherGroup, own); !errors.Is(err, groups.ErrFilterNotFound) {
		t.Errorf("another group deletes the filter: %v", err)
	}
	if err := g.DeleteFilter(t.Context(), groups.Club, clubs); err != nil {
		t.Fatal(err)
	}
	match(otherGroup, "net", 0)
}

func TestFilter_IsStoredTypedAndReplacedByTheSameWords(t *testing.T) {
	t.Parallel()
	g := newGroups(t, newDatabase(t), time.Now)
	want := groups.Filter{Chat: group, Words: "Rain rule", Answer: groups.Answer{
		Body: "See the table", Entities: []byte{1, 2, 3},
		Media:   &groups.Media{File: filter.Media{Document: 5, AccessHash: -6, Reference: []byte{7}, Kind: filter.KindPhoto}, At: groups.MessageAt{Chat: group, Message: 9}},
		Buttons: []groups.Button{{Text: "Table", URL: "https://example.com/a?b=c"}, {Text: "Short", Alert: "20 overs", SameRow: true}},
	}}
	want.ID = save(t, g, want)
	if got, err := g.Filter(t.Context(), group, want.ID); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v; want %+v", got, err, want)
	}
	if err := g.Renew(t.Context(), want.ID, filter.Media{Document: 5, AccessHash: -6, Reference: []byte{8}}); err != nil {
		t.Fatal(err)
	}
	if got, err := g.Filter(t.Context(), group, want.ID); err != nil || got.Answer.Media.File.Reference[0] != 8 {
		t.Errorf("the renewed reference: %+v, %v", got.Answer.Media, err)
	}
	again := text("RAIN  rule!", "Changed")
	id, replaced, err := g.SaveFilter(t.Context(), again, admin7)
	if err != nil || !replaced || id != want.ID {
		t.Errorf("the same words: filter %d, %t, %v", id, replaced, err)
	}
	if got, err := g.Filter(t.Context(), group, id); err != nil || got.Answer.Media != nil || got.Answer.Body != "Changed" || len(got.Answer.Buttons) != 0 || got.Words != again.Words {
		t.Errorf("%+v, %v", got, err)
	}
	if list, err := g.Filters(t.Context(), group); err != nil || len(list) != 1 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestFilter_TheFiveHundredAndFirstIsRefused(t *testing.T) {
	t.Parallel()
	db := newDatabase(t)
	var stored, refused atomic.Int32
	var all sync.WaitGroup
	for w := range 6 {
		g := newGroups(t, db, time.Now)
		all.Go(func() {
			for i := range 85 { // 510 in all
				switch _, _, err := g.SaveFilter(t.Context(), text(fmt.Sprintf("word %d %d", w, i), "answer"), admin7); {
				case err == nil:
					stored.Add(1)
				case errors.Is(err, groups.ErrTooManyFilters):
					refused.Add(1)
				default:
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if stored.Load() != groups.MaxFilters || refused.Load() != 10 {
		t.Errorf("%d stored, %d refused", stored.Load(), refused.Load())
	}
	g := newGroups(t, db, time.Now)
	list, err := g.Filters(t.Context(), group)
	if err != nil || len(list) != groups.MaxFilters {
		t.Fatalf("%d, %v", len(list), err)
	}
	if _, replaced, err := g.SaveFilter(t.Context(), text(list[0].Words, "new"), admin7); err != nil || !replaced {
		t.Errorf("a full group cannot change a filter: %t, %v", replaced, err)
	}
	if id := save(t, g, groups.Filter{Chat: otherGroup, Words: "word", Answer: groups.Answer{Body: "answer"}}); id == 0 {
		t.Error("another group is full too")
	}
	// A supergroup may hold more, because it keeps all filters of its group.
	if err := g.Move(t.Context(), otherGroup, group); err != nil {
		t.Fatal(err)
	}
	if _, replaced, err := g.SaveFilter(t.Context(), text(list[0].Words, "newer"), admin7); err != nil || !replaced {
		t.Errorf("a group with more cannot change a filter: %t, %v", replaced, err)
	}
}

func TestFilter_OutOfBoundsIsRefused(t *testing.T) {
	t.Parallel()
	media := &groups.Media{File: filter.Media{Document: 1}}
	with := func(b ...groups.Button) groups.Filter {
		f := text("words", "answer")
		f.Answer.Buttons = b
		return f
	}
	repeat := func(n int, same bool) (list []groups.Button) {
		for range n {
			list = append(list, groups.Button{Text: "b", Alert: "a", SameRow: same})
		}
		return list
	}
	for name, c := range map[string]struct {
		filter groups.Filter
		want   error
	}{
		"no words":         {text("", "a"), groups.ErrFilterWords},
		"only marks":       {text("?! …", "a"), groups.ErrFilterWords},
		"long words":       {text(strings.Repeat("w", 101), "a"), groups.ErrFilterWords},
		"no answer":        {text("w", ""), groups.ErrFilterEmpty},
		"long text":        {text("w", strings.Repeat("🏏", 2049)), groups.ErrFilterTooLong},
		"long caption":     {groups.Filter{Chat: group, Words: "w", Answer: groups.Answer{Body: strings.Repeat("c", 1025), Media: media}}, groups.ErrFilterTooLong},
		"101 buttons":      {with(repeat(101, false)...), groups.ErrFilterButtons},
		"nine in a row":    {with(repeat(9, true)...), groups.ErrFilterButtons},
		"long alert":       {with(groups.Button{Text: "b", Alert: strings.Repeat("a", 201)}), groups.ErrFilterAlert},
		"alert and link":   {with(groups.Button{Text: "b", Alert: "a", URL: "https://example.com"}), groups.ErrFilterButton},
		"neither":          {with(groups.Button{Text: "b"}), groups.ErrFilterButton},
		"no button text":   {with(groups.Button{Text: " ", Alert: "a"}), groups.ErrFilterButton},
		"a script":         {with(groups.Button{Text: "b", URL: "javascript:alert(1)"}), groups.ErrFilterURL},
		"no host":          {with(groups.Button{Text: "b", URL: "https://"}), groups.ErrFilterURL},
		"a space":          {with(groups.Button{Text: "b", URL: "https://example.com/a b"}), groups.ErrFilterURL},
		"100 buttons":      {with(repeat(100, false)...), nil},
		"eight in a row":   {with(repeat(8, true)...), nil},
		"200 characters":   {with(groups.Button{Text: "b", Alert: strings.Repeat("न", 200)}), nil},
		"a chat's link":    {with(groups.Button{Text: "b", URL: "tg://resolve?domain=club"}), nil},
		"the longest text": {text("w", strings.Repeat("न", 4096)), nil},
	} {
		if err := c.filter.Check(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func FuzzMatch(f *testing.F) {
	f.Add("net booking", "the net booking rules")
	f.Add("规则", "规则")
	f.Add("don't", "DON’T ﬁne ①")
	f.Fuzz(func(t *testing.T, words, message string) {
		if text(words, "a").Check() != nil || len(message) > 2000 {
			return
		}
		m := groups.NewGroup(words)
		m.Match(message)
		if _, found := m.Match(message + " " + words + " " + message); !found {
			t.Fatalf("%q does not match itself in %q", words, message)
		}
	})
}

// Five hundred filters share first words, which is the worst case of the index by first words.
func BenchmarkMatch_FiveHundredFilters(b *testing.B) {
	var words []string
	for i := range groups.MaxFilters {
		words = append(words, fmt.Sprintf("net %d rules of the %d pavilion", i%50, i))
	}
	g := groups.NewGroup(words...)
	message := strings.Repeat("what are the net 49 rules of the 9 pavilion ", 10)
	b.ResetTimer()
	for b.Loop() {
		g.Match(message)
	}
}
