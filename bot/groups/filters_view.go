package groups

import (
	"fmt"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	domain "pavilion/filter/groups"
)

const (
	filtersOnPage = 10
	maxWordsShown = 40  // runes
	maxBodyShown  = 300 // runes
)

// saved draws the confirmation of a stored filter.
func (d drawing) saved(p place, f domain.Filter, replaced bool) telegram.Reply {
	key := "filters.saved"
	if replaced {
		key = "filters.replaced"
	}
	return telegram.Reply{Text: d.in.Say(key, telegram.CleanLine(f.Words, maxWordsShown)), Keyboard: [][]telegram.Button{{
		d.button(d.in.Say("filters.try"), target{verb: verbTry, group: p.id, filter: f.ID}),
		d.button(d.in.Say("filters.all"), target{verb: verbList, group: p.id}),
	}}}
}

// list draws a page of filters. A page that does not exist any more is drawn as the last one.
func (d drawing) list(p place, filters []domain.Filter, page int) telegram.Reply {
	heading := d.in.Say("filters.heading")
	switch {
	case p.id == domain.Club:
		heading = d.in.Say("filters.heading_club")
	case p.title != "":
		heading = d.in.Say("filters.heading_of", telegram.CleanLine(p.title, maxTitle))
	}
	text := heading + "\n"
	if len(filters) == 0 {
		text += d.in.Say("filters.none")
	} else {
		text += d.in.Say("filters.count", len(filters)) + " " + d.in.Say("filters.tap")
	}
	text += "\n\n" + d.in.Say("filters.how_"+d.command(p))
	pages := max(1, (len(filters)+filtersOnPage-1)/filtersOnPage)
	page = min(page, pages-1)
	var rows [][]telegram.Button
	for _, f := range filters[page*filtersOnPage : min(len(filters), (page+1)*filtersOnPage)] {
		rows = append(rows, []telegram.Button{d.button(telegram.CleanLine(f.Words, maxWordsShown), target{verb: verbFilter, group: p.id, filter: f.ID, page: int64(page)})})
	}
	if pages > 1 {
		var turn []telegram.Button
		if page > 0 {
			turn = append(turn, d.button("◀", target{verb: verbList, group: p.id, page: int64(page - 1)}))
		}
		turn = append(turn, chat.Label(fmt.Sprintf("%d/%d", page+1, pages), d.owner))
		if page+1 < pages {
			turn = append(turn, d.button("▶", target{verb: verbList, group: p.id, page: int64(page + 1)}))
		}
		rows = append(rows, turn)
	}
	if p.id != domain.Club {
		rows = append(rows, []telegram.Button{d.button(d.in.Say("group_menu.to_settings"), target{verb: verbMenu, group: p.id})})
	}
	return telegram.Reply{Text: text, Bold: len(heading), Keyboard: rows}
}

// command tells which command makes filters of a place.
func (d drawing) command(p place) string {
	if p.id == domain.Club {
		return "club"
	}
	return "group"
}

// filter draws one filter, or the question whether to delete it.
func (d drawing) filter(p place, f domain.Filter, page int, asksDelete bool) telegram.Reply {
	heading := telegram.CleanLine(f.Words, maxWordsShown)
	at := func(v verb) target { return target{verb: v, group: p.id, filter: f.ID, page: int64(page)} }
	back := d.button(d.in.Say("group_menu.back"), target{verb: verbList, group: p.id, page: int64(page)})
	if asksDelete {
		return telegram.Reply{Text: heading + "\n\n" + d.in.Say("filters.ask_delete"), Bold: len(heading), Keyboard: [][]telegram.Button{
			{d.button(d.in.Say("filters.delete_now"), at(verbDelete))}, {d.button(d.in.Say("group_menu.back"), at(verbFilter))},
		}}
	}
	text := heading + "\n"
	if f.Answer.Media != nil {
		text += "\n" + d.in.Say("filters.with_file")
	}
	if f.Answer.Body != "" {
		text += "\n" + telegram.CleanLine(f.Answer.Body, maxBodyShown)
	}
	if n := len(f.Answer.Buttons); n > 0 {
		text += "\n" + d.in.Say("filters.buttons", n)
	}
	text += "\n\n" + d.in.Say("filters.change_"+d.command(p), heading)
	return telegram.Reply{Text: text, Bold: len(heading), Keyboard: [][]telegram.Button{
		{d.button(d.in.Say("filters.try"), at(verbTry)), d.button(d.in.Say("filters.delete"), at(verbAskDelete))}, {back},
	}}
}
