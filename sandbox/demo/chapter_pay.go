package main

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/gotd/td/tg"

	"pavilion/sandbox"
	"pavilion/sandbox/driver"
	"pavilion/sandbox/miniapp"
)

const (
	onPage   = "Test card" // texts of the two pay buttons
	inChat   = "Card in Telegram"
	daysOff  = 3 // the day of the bookings
	goodCard = "tok"
)

// payInChat: a booking from /book to the confirmation, paid on the page of a payment service.
func (p *play) payInChat(ctx context.Context) error {
	if err := p.takeMoney(ctx); err != nil {
		return err
	}
	slip, err := p.arjun.chooses(ctx, "07:00", 1, true)
	if err != nil {
		return err
	}
	held, err := p.arjun.keeps(ctx, slip)
	if err != nil {
		return err
	}
	if _, err := p.arjun.taps(ctx, bot, held, onPage); err != nil {
		return err
	}
	open, err := p.arjun.edited(ctx, held)
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	p.arjun.types("on the payment service's page", "(pays)")
	start := time.Now()
	if err := click(ctx, open); err != nil {
		return err
	}
	booked, err := p.arjun.booked(ctx, slip)
	if err != nil {
		return err
	}
	took := time.Since(start)
	if err := p.must(strings.Contains(booked.Message, "07:00–08:00"), "the service called back, and the same message says so, "+round(took)+" after the click", booked.Message); err != nil {
		return err
	}
	return p.fileAndPin(ctx)
}

// raceForNet: two people want one hour. Both pay inside Telegram, one of them for another net.
func (p *play) raceForNet(ctx context.Context) error {
	first, err := p.zoya.chooses(ctx, "08:00", 1, false)
	if err != nil {
		return err
	}
	second, err := p.tom.chooses(ctx, "08:00", 1, false)
	if err != nil {
		return err
	}
	held, err := p.zoya.keeps(ctx, first)
	if err != nil {
		return err
	}
	if _, err := p.tom.taps(ctx, bot, second, "Keep it for me"); err != nil {
		return err
	}
	near, err := p.tom.edited(ctx, second)
	if err != nil {
		return err
	}
	if err := p.must(strings.Contains(near.Message, "Somebody was faster") && driver.Buttons(near)[0][0] == "08:00 · Net 2", "who was second hears it at once, and the net beside it is the first that is offered", face(near)); err != nil {
		return err
	}
	if err := p.paysInvoice(ctx, p.zoya, held); err != nil {
		return err
	}
	if _, err := p.tom.taps(ctx, bot, near, "08:00 · Net 2"); err != nil {
		return err
	}
	if second, err = p.tom.edited(ctx, near); err != nil {
		return err
	}
	if held, err = p.tom.keeps(ctx, second); err != nil {
		return err
	}
	if err := p.paysInvoice(ctx, p.tom, held); err != nil {
		return err
	}
	return p.moneyAgrees(ctx)
}

// takeMoney: the club now requires payment to confirm bookings.
func (p *play) takeMoney(ctx context.Context) error {
	client, err := miniapp.Open(ctx, p.api(), sandbox.BotToken, p.scene.Admin)
	if err != nil {
		return err
	}
	defer client.Close()
	p.out.wait(ctx)
	p.meera.types("in the Mini App", "Whoever books pays first. And this is where we are.\nPUT "+p.club.Path(""))
	return p.club.Set(ctx, client, map[string]any{
		"pays_online": true, "address": "Riverside Ground, Pune", "place": map[string]float64{"latitude": 18.52, "longitude": 73.855},
	})
}

// fileAndPin waits for the calendar file and the pinned message that follow a confirmation.
func (p *play) fileAndPin(ctx context.Context) error {
	file, err := p.arjun.gets(ctx, "", func(m *tg.Message) bool {
		_, name := driver.Document(m)
		return strings.HasSuffix(name, ".ics")
	})
	if err != nil {
		return err
	}
	pin, err := p.arjun.gets(ctx, "", func(m *tg.Message) bool {
		_, ok := m.Media.(*tg.MessageMediaVenue)
		return ok
	})
	if err != nil {
		return err
	}
	return p.must(pin.ID != file.ID, "a file for the calendar and a pin on the map follow", nil)
}

// paysInvoice asks for an invoice, pays it with a card, and waits for the confirmation.
func (p *play) paysInvoice(ctx context.Context, who *person, held *tg.Message) error {
	before, err := who.newest(ctx, bot)
	if err != nil {
		return err
	}
	if _, err := who.taps(ctx, bot, held, inChat); err != nil {
		return err
	}
	invoice, err := who.gets(ctx, "", func(m *tg.Message) bool {
		_, ok := m.Media.(*tg.MessageMediaInvoice)
		return ok && m.ID > before
	})
	if err != nil {
		return err
	}
	p.out.wait(ctx)
	start := time.Now()
	if err := who.Pay(ctx, bot, invoice, goodCard); err != nil {
		return err
	}
	p.out.tap(who.name, who.shade, payButton(invoice), "(a good card)")
	booked, err := who.booked(ctx, held)
	if err != nil {
		return err
	}
	return p.must(strings.Contains(booked.Message, "08:00–09:00"), "Telegram asked whether "+who.name+" may pay, took the money, and the booking stands, "+round(time.Since(start))+" after the tap", booked.Message)
}

// moneyAgrees compares the club's ledger with the books of the payment service and of Telegram.
func (p *play) moneyAgrees(ctx context.Context) error {
	var taken int64
	for _, c := range p.scene.DC.World().Charges(p.scene.BotID) {
		taken += c.Amount
	}
	for _, c := range p.scene.Gateway.Payments() {
		taken += c.Amount - c.Refunded
	}
	report, err := p.scene.Run(ctx, "doctor", "booking")
	return all(
		p.must(taken == 40000+2*60000, "an hour at ₹400 and two at ₹600 were paid, once each", taken),
		p.must(err == nil && strings.Contains(report, "ok    every booking keeps the rules"), "pavilion doctor booking: bookings, payments and the ledger agree", report),
	)
}

// chooses taps from /book to the summary of an hour on a net. It draws all steps, or only the first and the last.
func (p *person) chooses(ctx context.Context, clock string, net int, full bool) (*tg.Message, error) {
	p.play.out.wait(ctx)
	p.types("", "/book")
	m, _, err := p.asks(ctx, bot, "/book")
	if err != nil {
		return nil, err
	}
	if full {
		p.sees(m, "")
	}
	if m, err = p.goes(ctx, m, false, button("📅 Another day")); err != nil {
		return nil, err
	}
	day := p.play.club.Date(daysOff)
	if !strings.Contains(m.Message, day.Format("January 2006")) {
		if m, err = p.goes(ctx, m, false, button("▶")); err != nil {
			return nil, err
		}
	}
	if full {
		p.sees(m, "")
	}
	if m, err = p.goes(ctx, m, full, button(fmt.Sprint(day.Day()))); err != nil {
		return nil, err
	}
	if row, _ := cell(clock, net)(driver.Buttons(m)); row < 0 {
		if m, err = p.goes(ctx, m, full, button("Morning")); err != nil {
			return nil, err
		}
	}
	if m, err = p.goes(ctx, m, full, cell(clock, net)); err != nil {
		return nil, err
	}
	return p.goes(ctx, m, true, button("1 h"))
}

// keeps taps the hold button of a summary.
func (p *person) keeps(ctx context.Context, slip *tg.Message) (*tg.Message, error) {
	if _, err := p.taps(ctx, bot, slip, "Keep it for me"); err != nil {
		return nil, err
	}
	held, err := p.edited(ctx, slip)
	if err != nil {
		return nil, err
	}
	return held, p.play.must(strings.Contains(held.Message, "Kept for you for 10 minutes"), "kept for "+p.name+", and the time runs", held.Message)
}

// booked waits until the message of a booking shows it as confirmed.
func (p *person) booked(ctx context.Context, screen *tg.Message) (*tg.Message, error) {
	return p.gets(ctx, "edits the message", func(m *tg.Message) bool { return m.ID == screen.ID && strings.HasPrefix(m.Message, "✅ Booked") })
}

// gets waits for a message of the private chat with the bot and draws it.
func (p *person) gets(ctx context.Context, about string, match func(m *tg.Message) bool) (*tg.Message, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	m, err := p.Await(ctx, bot, match)
	if err == nil {
		p.sees(m, about)
	}
	return m, err
}

// goes taps the button at a position and waits for the edit. It can draw both.
func (p *person) goes(ctx context.Context, m *tg.Message, drawn bool, find func(rows [][]string) (row, column int)) (*tg.Message, error) {
	row, column := find(driver.Buttons(m))
	if row < 0 {
		return nil, fmt.Errorf("no such button on %q", face(m))
	}
	markup, _ := m.ReplyMarkup.(*tg.ReplyInlineMarkup)
	b, ok := markup.Rows[row].Buttons[column].(*tg.KeyboardButtonCallback)
	if !ok {
		return nil, fmt.Errorf("button %d of row %d of %q is none to tap", column, row, face(m))
	}
	p.play.out.wait(ctx)
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errTooLong)
	defer cancel()
	in, err := p.Peer(ctx, bot)
	if err != nil {
		return nil, err
	}
	if _, err := p.TapData(ctx, in, m.ID, b.Data); err != nil {
		return nil, fmt.Errorf("a tap on %q: %w", b.Text, err)
	}
	p.play.out.tap(p.name, p.shade, b.Text, "")
	if drawn {
		return p.edited(ctx, m)
	}
	return p.Await(ctx, bot, func(now *tg.Message) bool { return now.ID == m.ID && face(now) != face(m) })
}

// button returns the button with exactly the given text.
func button(text string) func(rows [][]string) (int, int) {
	return func(rows [][]string) (int, int) {
		for i, row := range rows {
			if j := slices.Index(row, text); j >= 0 {
				return i, j
			}
		}
		return -1, -1
	}
}

// cell finds the price of a time on a net.
func cell(clock string, net int) func(rows [][]string) (int, int) {
	return func(rows [][]string) (int, int) {
		i := slices.IndexFunc(rows, func(row []string) bool { return len(row) >= net && strings.HasPrefix(row[net-1], clock+" ") })
		return i, net - 1
	}
}

// payButton returns the text of an invoice's button.
func payButton(m *tg.Message) string {
	media, ok := m.Media.(*tg.MessageMediaInvoice)
	switch {
	case ok && media.Currency == "XTR": // Stars have no smaller unit
		return fmt.Sprintf("Pay %d Stars", media.TotalAmount)
	case ok:
		return fmt.Sprintf("Pay %s %d.%02d", media.Currency, media.TotalAmount/100, media.TotalAmount%100)
	}
	return ""
}

// click pays on the page that a message's button opens.
func click(ctx context.Context, m *tg.Message) error {
	page := ""
	if markup, ok := m.ReplyMarkup.(*tg.ReplyInlineMarkup); ok {
		for _, row := range markup.Rows {
			if b, ok := row.Buttons[0].(*tg.KeyboardButtonURL); ok {
				page = b.URL
			}
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, page+"/pay", nil)
	if err != nil {
		return fmt.Errorf("the payment page: %w", err)
	}
	client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }, Timeout: patience}
	defer client.CloseIdleConnections()
	res, err := client.Do(req)
	if err != nil {
		return fmt.Errorf("the payment page: %w", err)
	}
	defer res.Body.Close() //nolint:errcheck // not read
	if res.StatusCode >= http.StatusBadRequest {
		return fmt.Errorf("the payment page answers %d", res.StatusCode)
	}
	return nil
}
