package nets

import (
	"context"
	"slices"
	"strconv"
	"time"

	"pavilion/booking"
	"pavilion/bot/chat"
	"pavilion/bot/telegram"
)

// bookingView is a booking at an instant of the database's clock.
type bookingView struct {
	booking  booking.Booking
	at       time.Time
	club     booking.Club
	nets     []booking.Net
	payments []booking.Payment
	ways     []payWay
	staff    bool // shown to the club's staff
}

// payWay is a way to pay a booking online.
type payWay struct {
	choice   int // index of the provider, which buttons carry
	provider booking.Provider
	amount   booking.Money
}

// payWays returns the providers that can collect a price, with their amounts.
func payWays(service *booking.Service, price booking.Money) (ways []payWay) {
	for i, p := range service.Providers() {
		if amount, err := service.ChargeFor(p, price); err == nil {
			ways = append(ways, payWay{i, p, amount})
		}
	}
	return ways
}

func readBookingView(ctx context.Context, service *booking.Service, reader booking.Actor, b booking.Booking, at time.Time) (bookingView, error) {
	v := bookingView{booking: b, at: at, ways: payWays(service, b.Price)}
	var err error
	if v.club, err = service.Club(ctx, b.Club); err != nil {
		return v, err
	}
	if v.nets, err = service.NamedNets(ctx, b.Club); err != nil {
		return v, err
	}
	v.payments, err = service.Payments(ctx, reader, b.ID)
	return v, err
}

func (v bookingView) isLive() bool { return v.booking.LiveAt(v.at) }

func (v bookingView) isHeld() bool { return v.booking.State == booking.Held && v.isLive() }

// paysOnline tells whether money has to confirm this hold.
func (v bookingView) paysOnline() bool { return v.club.Policy.PaysOnline && v.booking.Price.Minor > 0 }

// isReviewed reports whether a payment for the booking is under review.
func (v bookingView) isReviewed() bool {
	return slices.ContainsFunc(v.payments, booking.Payment.IsReviewed)
}

// drawn is the state that a message with this live hold shows.
func (v bookingView) drawn() chat.Drawn {
	next := nextCountdown(v.at, *v.booking.ExpiresAt)
	if v.isReviewed() {
		next = *v.booking.ExpiresAt
	}
	return chat.Drawn{Subject: int64(v.booking.ID), Version: v.booking.Revision, Next: next}
}

// nextCountdown is when the countdown changes: each minute, and once more at the end of the last one. Telegram allows few edits.
func nextCountdown(at, expires time.Time) time.Time {
	left := expires.Sub(at)
	if left <= time.Minute {
		return expires
	}
	return expires.Add(-(left - 1).Truncate(time.Minute))
}

// title names the nets and the club.
func (v bookingView) title() string {
	return "🏏 " + telegram.CleanLine(v.booking.NetNames(v.nets), 100) + " · " + clubName(v.club)
}

// guestLines has a line for each guest.
func (v bookingView) guestLines() []string {
	lines := make([]string, len(v.booking.Guests))
	for i, name := range v.booking.Guests {
		lines[i] = "👥 " + telegram.CleanLine(name, 60)
	}
	return lines
}

func (v bookingView) draw(d drawing) telegram.Reply {
	b := v.booking
	lines := []string{v.title(), d.span(b.Span, v.club.Zone)}
	if b.Price.Minor > 0 || len(b.Lines) > 0 {
		lines = append(lines, d.priceLines(b.Lines, b.Price)...)
	}
	lines = append(lines, v.termLines(d)...)
	lines = append(lines, v.guestLines()...)
	lines = append(lines, d.bookingNumber(b.ID))
	k := d.keyboard()
	var links []telegram.Link
	switch {
	case v.isHeld() && v.isReviewed():
		lines = append(lines, "", d.in.Error("payment_reviewed"))
		k.add(d.in.Say("show.give_up"), step{Verb: stepGiveUpHold, Booking: b.ID})
	case v.isHeld():
		lines = append(lines, "", v.countdown(d))
		links = v.payLinks(d)
		if v.isPaying() && len(v.ways) > 1 {
			lines = append(lines, d.in.Say("show.other_way"))
		}
		v.heldButtons(d, k)
	case v.isLive():
		v.liveButtons(d, k)
	default:
		k.add(d.in.Say("show.again"), v.againStep())
	}
	if v.staff {
		v.staffButtons(d, k)
	} else {
		k.add(d.in.Say("show.mine"), step{Verb: stepMyBookings})
	}
	reply := titled(v.stateLine(d), lines, k)
	reply.Links = links
	return reply
}

// againStep leads to a new booking: on the same part of the day, or to the first days if that day is over.
func (v bookingView) againStep() step {
	b := v.booking
	if b.Day < booking.DayIn(v.at, v.club.Zone) {
		return step{Verb: stepFirstDays, Club: b.Club}
	}
	return partStep(b.Club, b.Day, b.Span.Start, v.club.Zone)
}

func (d drawing) bookingNumber(id booking.ID) string {
	return d.in.Say("show.number", strconv.FormatInt(int64(id), 10))
}

func (v bookingView) stateLine(d drawing) string {
	if v.booking.State == booking.Held && !v.isLive() {
		return d.in.Say("state.expired")
	}
	switch v.booking.State {
	case booking.Held:
		if v.booking.Kind == booking.Offer {
			return d.in.Say("state.offered")
		}
		return d.in.Say("state.held")
	case booking.Confirmed:
		if v.booking.Kind == booking.Block {
			return d.in.Say("state.blocked")
		}
		return d.in.Say("state.confirmed")
	case booking.CheckedIn:
		return d.in.Say("state.checked_in")
	case booking.NoShow:
		return d.in.Say("state.no_show")
	case booking.Cancelled:
		return d.in.Say("state.cancelled")
	case booking.SlotLost:
		return d.in.Say("state.slot_lost")
	case booking.Expired:
	}
	return d.in.Say("state.expired")
}

// countdown says how long the hold lasts, and until when.
func (v bookingView) countdown(d drawing) string {
	left := v.booking.ExpiresAt.Sub(v.at)
	until := d.in.Clock(v.booking.ExpiresAt.In(v.club.Zone))
	if left <= time.Minute {
		return d.in.Say("show.last_minute", until)
	}
	return d.in.Say("show.countdown", int((left+time.Minute-1)/time.Minute), until)
}

// extended says until when an extended hold lasts, and whether that is the club's limit.
func (v bookingView) extended(d drawing) string {
	if v.canExtend() {
		return v.countdown(d)
	}
	return v.countdown(d) + " " + d.in.Say("chat_error.hold_max")
}

// canExtend tells whether the hold ends before the club's limit. An offer from the waitlist has a fixed end.
func (v bookingView) canExtend() bool {
	b := v.booking
	return b.Kind == booking.Play && b.ExpiresAt.Before(b.CreatedAt.Add(v.club.Policy.HoldMax))
}

// termLines returns the cancellation terms of a booking that has not started, and the refunds of a cancelled booking.
func (v bookingView) termLines(d drawing) []string {
	b := v.booking
	switch {
	case b.Kind == booking.Block:
		return nil
	case b.State == booking.Cancelled || b.State == booking.SlotLost:
		return b.RefundSentences(d.in, v.payments)
	case v.isLive() && b.State != booking.CheckedIn && b.Span.Start.After(v.at):
		return d.cancelRule(v.club, b.Span.Start, b.Price, v.at)
	}
	return nil
}

// cancelRule writes the cost of cancelling in one sentence. For a free booking it returns nothing.
func (d drawing) cancelRule(club booking.Club, start time.Time, price booking.Money, at time.Time) []string {
	rule := club.Policy.CancelRule(start, price)
	switch {
	case price.Minor == 0:
		return nil
	case rule.Fee.Minor == 0 || !rule.FreeUntil.Before(start):
		return []string{d.in.Say("rule.free")}
	case rule.FreeUntil.After(at):
		return []string{d.in.Say("rule.until", d.instant(rule.FreeUntil, club.Zone), d.money(rule.Fee))}
	}
	return []string{d.in.Say("rule.late", d.money(rule.Fee))}
}

// isOpen reports whether the page or invoice of a payment can still be paid.
func (v bookingView) isOpen(p booking.Payment) bool {
	return p.State == booking.Created && p.Price == v.booking.Price
}

// isPaying reports whether the person has opened a page or an invoice for this hold.
func (v bookingView) isPaying() bool { return slices.ContainsFunc(v.payments, v.isOpen) }

// payLinks are the pages that are open for this hold.
func (v bookingView) payLinks(d drawing) (links []telegram.Link) {
	for _, p := range v.payments {
		if v.isOpen(p) && p.URL != "" {
			links = append(links, telegram.Link{Text: d.in.Say("show.pay_page", d.money(p.Amount), d.way(p.Provider)), URL: p.URL})
		}
	}
	return links
}

// heldButtons adds the buttons of a hold. A provider with an open page has a link instead of a button.
func (v bookingView) heldButtons(d drawing, k *keyboard) {
	b := v.booking
	if !v.paysOnline() {
		k.add(d.in.Say("show.confirm"), step{Verb: stepConfirm, Booking: b.ID, Version: b.Revision})
	} else {
		for _, w := range v.ways {
			if slices.ContainsFunc(v.payments, func(p booking.Payment) bool { return p.Provider == w.provider && p.URL != "" && v.isOpen(p) }) {
				continue
			}
			k.add(d.in.Say("show.pay", d.money(w.amount), d.way(w.provider)), step{Verb: stepPay, Booking: b.ID, Choice: w.choice})
		}
	}
	if v.canExtend() {
		k.add(d.in.Say("show.extend"), step{Verb: stepExtend, Booking: b.ID})
	}
	k.add(d.in.Say("show.give_up"), step{Verb: stepGiveUpHold, Booking: b.ID})
}

// way returns the name of a provider for people, such as "Card or UPI".
func (d drawing) way(p booking.Provider) string { return d.in.Say("way." + string(p)) }

func (v bookingView) liveButtons(d drawing, k *keyboard) {
	b := v.booking
	if b.State == booking.Confirmed && !v.at.Before(b.Span.Start.Add(-v.club.Policy.CheckIn)) && v.at.Before(b.Span.End) {
		k.add(d.in.Say("show.check_in"), step{Verb: stepCheckIn, Booking: b.ID})
	}
	if b.Kind == booking.Play {
		k.add(d.in.Say("show.guests"), step{Verb: stepGuests, Booking: b.ID, Version: b.Revision})
	}
	k.add(d.in.Say("show.file"), step{Verb: stepCalendarFile, Booking: b.ID})
	if v.club.Place != nil {
		k.beside(d.in.Say("show.map"), step{Verb: stepMap, Booking: b.ID})
	}
	if b.State == booking.Confirmed && b.Span.Start.After(v.at) {
		k.add(d.in.Say("show.move"), step{Verb: stepMonth, Club: b.Club, Page: monthNumber(dateOf(b.Day)), Booking: b.ID})
		k.beside(d.in.Say("show.cancel"), step{Verb: stepAskCancel, Booking: b.ID})
	}
}

// staffButtons are the desk's steps on a booking.
func (v bookingView) staffButtons(d drawing, k *keyboard) {
	b := v.booking
	if b.State == booking.Confirmed && b.Kind == booking.Play && !v.at.Before(b.Span.Start.Add(v.club.Policy.NoShow)) {
		k.add(d.in.Say("desk.no_show"), step{Verb: stepNoShow, Booking: b.ID})
	}
	if b.UndoableAt(v.at) {
		k.add(d.in.Say("desk.undo_no_show"), step{Verb: stepUndoNoShow, Booking: b.ID})
	}
	if v.isLive() && b.Kind != booking.Block && b.Price.Minor > 0 && !v.isPaid() && !v.isReviewed() {
		k.add(d.in.Say("desk.cash", d.money(b.Price)), step{Verb: stepPayAtDesk, Booking: b.ID, Choice: deskCash, Version: b.Revision})
		k.beside(d.in.Say("desk.card", d.money(b.Price)), step{Verb: stepPayAtDesk, Booking: b.ID, Choice: deskCard, Version: b.Revision})
	}
	for i, p := range v.payments {
		if left := refundable(p); left.Minor > 0 {
			k.add(d.in.Say("desk.refund", d.money(left)), step{Verb: stepAskRefund, Booking: b.ID, Choice: i})
		}
	}
	if v.isReviewed() {
		k.add(d.in.Say("review_queue.open"), step{Verb: stepReviews, Club: b.Club})
	}
	k.add(d.in.Say("desk.audit"), step{Verb: stepAudit, Booking: b.ID})
	k.beside(d.in.Say("desk.sheet"), step{Verb: stepDaySheet, Club: b.Club, Day: b.Day})
}

// isPaid tells whether the club has money for the booking.
func (v bookingView) isPaid() bool {
	for _, p := range v.payments {
		if refundable(p).Minor > 0 {
			return true
		}
	}
	return false
}

// refundable is the amount of a payment that can be given back.
func refundable(p booking.Payment) booking.Money {
	if p.State != booking.Captured && p.State != booking.PartRefunded && p.State != booking.RefundPending {
		return booking.Money{Currency: p.Received.Currency}
	}
	return booking.Money{Minor: p.Received.Minor - p.Refund, Currency: p.Received.Currency}
}
