package nets

import (
	"fmt"
	"slices"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// keyboard collects rows of buttons that one person may tap.
type keyboard struct {
	owner int64
	rows  [][]telegram.Button
}

// choice is a button's text and the step that it leads to. The zero step leads nowhere: the button is a label.
type choice struct {
	text string
	to   step
}

// button is a choice's button; false where its data would not fit.
func (k *keyboard) button(c choice) (telegram.Button, bool) {
	if c.to == (step{}) {
		return chat.Label(c.text, k.owner), true
	}
	return c.to.button(k.owner, c.text)
}

// row adds a row of choices. Choices that do not fit are left out.
func (k *keyboard) row(choices ...choice) {
	var row []telegram.Button
	for _, c := range choices {
		if b, ok := k.button(c); ok {
			row = append(row, b)
		}
	}
	if len(row) > 0 {
		k.rows = append(k.rows, row)
	}
}

// add adds a row of one button.
func (k *keyboard) add(text string, to step) { k.row(choice{text, to}) }

// openPage adds a row with a button that opens the Mini App of a club at a start parameter. It adds none where there is no Mini App.
func (k *keyboard) openPage(d drawing, text string, club booking.ClubID, start string) {
	if d.page == nil {
		return
	}
	if club != 0 {
		start = fmt.Sprintf("c%d_%s", club, start)
	}
	if address := d.page(start); address != "" {
		k.rows = append(k.rows, []telegram.Button{{Text: text, App: address}})
	}
}

// beside puts a button beside the last one, or begins another row where there are two already.
func (k *keyboard) beside(text string, to step) {
	b, ok := k.button(choice{text, to})
	if !ok {
		return
	}
	if n := len(k.rows); n > 0 && len(k.rows[n-1]) < 2 {
		k.rows[n-1] = append(k.rows[n-1], b)
		return
	}
	k.rows = append(k.rows, []telegram.Button{b})
}

// inRows adds choices in rows of so many.
func (k *keyboard) inRows(choices []choice, width int) {
	for part := range slices.Chunk(choices, width) {
		k.row(part...)
	}
}

// inPairs adds choices in rows of two.
func (k *keyboard) inPairs(choices []choice) { k.inRows(choices, 2) }

// pageButtons adds the buttons to the pages before and after, in a row of their own.
func (k *keyboard) pageButtons(page, first, last int, s step) {
	var row []choice
	if page > first {
		s.Page = page - 1
		row = append(row, choice{"◀", s})
	}
	if page < last {
		s.Page = page + 1
		row = append(row, choice{"▶", s})
	}
	k.row(row...)
}

// pageOf is the part of a list that a page shows; for a page beyond the end, the last page's.
func pageOf[T any](list []T, rows, wanted int) (shown []T, page, last int) {
	last = max(0, len(list)-1) / rows
	page = min(wanted, last)
	return list[page*rows : min(len(list), (page+1)*rows)], page, last
}
