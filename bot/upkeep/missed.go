package upkeep

import (
	"context"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter/upkeep"
)

// The verbs of the buttons.
const (
	verbMissed       = "ms"
	verbForgetMissed = "msf"
)

// missed are the screens of searches that found nothing.
type missed struct{ *Screens }

const (
	missedOnPage = 25
	missedPages  = 40
)

// HandleMissed answers /missed: the searches that found nothing, the most frequent first.
func (s *Screens) HandleMissed(ctx context.Context, e *telegram.Event) error {
	reply, err := missed{s}.show(ctx, e, 0)
	if err != nil {
		return err
	}
	return s.send(ctx, e, reply)
}

func (s missed) show(ctx context.Context, e *telegram.Event, page int) (telegram.Reply, error) {
	list, err := s.Counters.Missed(ctx, page*missedOnPage, missedOnPage+1)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).missed(list, page), nil
}

func (s missed) tapList(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	page := 0
	if f.More() {
		page = int(f.NumberUpTo(missedPages))
	}
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return s.show(ctx, e, page)
}

func (s missed) tapForget(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	if err := s.Counters.ForgetMissed(ctx); err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).missed(nil, 0), nil
}

// missed draws a page of the list. One entry more than fits says that there is another page.
func (d drawing) missed(list []upkeep.Missed, page int) telegram.Reply {
	var lines []string
	for _, m := range list[:min(len(list), missedOnPage)] {
		lines = append(lines, "• "+d.in.Say("missed.entry", m.Times, telegram.CleanLine(m.Words, 100), d.in.Day(m.Last.UTC())))
	}
	if len(lines) == 0 {
		lines = []string{d.in.Say("missed.none")}
	}
	var turn []telegram.Button
	if page > 0 {
		turn = append(turn, d.button("◀", verbMissed+":"+chat.Base36(int64(page-1))))
	}
	if len(list) > missedOnPage {
		turn = append(turn, d.button("▶", verbMissed+":"+chat.Base36(int64(page+1))))
	}
	last := []telegram.Button{d.button(d.in.Say("upkeep.back"), verbStatistics)}
	if len(list) > 0 {
		last = append(last, d.button(d.in.Say("missed.forget"), verbForgetMissed))
	}
	if len(turn) == 0 {
		return d.page(d.in.Say("missed.title"), lines, last)
	}
	return d.page(d.in.Say("missed.title"), lines, turn, last)
}
