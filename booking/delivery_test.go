package booking_test

import (
	"context"
	"errors"
	"log/slog"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pavilion/booking"
	"pavilion/booking/courier"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
	"pavilion/sandbox/post"
	"pavilion/storage"
)

// mailbox is a club with a mail server, an SMS provider, and a chat whose errors a test can choose.
type mailbox struct {
	*bundle
	office *post.Office
	texts  *post.SMS
	chat   *chat
}

// chat stands for Telegram.
type chat struct {
	recordingMessenger
	err error
}

// errBlockedChat is the bot's error for a member who has blocked it.
var errBlockedChat = fault.New(fault.Gone, "blocked")

func (c *chat) Send(ctx context.Context, m booking.Message) error {
	c.mu.Lock()
	err := c.err
	c.mu.Unlock()
	if err != nil {
		return err
	}
	return c.recordingMessenger.Send(ctx, m)
}

func (c *chat) failWith(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
}

func (c *chat) messages() []booking.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.sent)
}

func newMailbox(t *testing.T) *mailbox {
	t.Helper()
	policy := easy()
	policy.Reminder = 2 * time.Hour
	m := &mailbox{bundle: newClub(t, "Asia/Kolkata", policy), texts: post.OpenSMS(), chat: &chat{recordingMessenger: recordingMessenger{got: make(chan struct{}, 100)}}}
	var err error
	m.office, err = post.OpenOffice(nil, false)
	m.must(err)
	t.Cleanup(func() {
		m.texts.Close()
		m.must(m.office.Close())
	})
	return m
}

// runQueues runs a worker of some queues until the test ends or stop is called.
func (m *mailbox) runQueues(queues ...booking.Queue) (stop func()) {
	m.t.Helper()
	email, err := courier.NewEmail(courier.EmailOptions{URL: secret.New(m.office.URL()), From: "nets@riverside.example", Plain: true, Now: time.Now})
	m.must(err)
	sms, err := courier.NewSMS(courier.SMSOptions{URL: m.texts.URL(), Account: post.Account, Token: secret.New(post.Token), From: "+15005550006"})
	m.must(err)
	pool, err := storage.OpenPostgres(context.WithoutCancel(m.t.Context()), storage.PostgresOptions{URL: secret.New(m.url)})
	m.must(err)
	w, err := booking.NewWorker(m.Service, booking.WorkerOptions{
		DB: pool, Queues: queues, Telegram: m.chat, Email: email, SMS: sms, Logger: slog.New(slog.DiscardHandler), Sweep: time.Hour,
	})
	m.must(err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(m.t.Context()))
	done := make(chan error, 1)
	go func() { done <- w.Run(ctx) }()
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		m.must(<-done)
		pool.Close()
	}
	m.t.Cleanup(stop)
	return stop
}

func (m *mailbox) runAllQueues() { m.runQueues(booking.JobQueue, booking.ChatQueue) }

// book confirms an hour for a member, and returns the id of its notification.
func (m *mailbox) book(who booking.Actor, start string, net int) (booking.Booking, int64) {
	m.t.Helper()
	h := m.held(who, m.want(start, time.Hour, net))
	b, err := m.Confirm(m.t.Context(), who, h.ID)
	m.must(err)
	return b, one[int64](m.bundle, `SELECT max(id) FROM notification WHERE booking_id = $1`, h.ID)
}

// giveAddress gives a member a confirmed address.
func (m *mailbox) giveAddress(who booking.Actor, by booking.Channel, address string) {
	m.t.Helper()
	_, err := m.db.Exec(m.t.Context(), `INSERT INTO contact_address (member_id, channel, address, confirmed_at) VALUES ($1, $2, $3, booking_clock())`, who.ID, by, address)
	m.must(err)
}

func (m *mailbox) setContact(who booking.Actor, quiet *booking.Quiet, channels ...booking.Channel) {
	m.t.Helper()
	m.must(m.EditContact(m.t.Context(), who.ID, func(c *booking.Contact) { c.Channels, c.Quiet = channels, quiet }))
}

const (
	isSent   = `SELECT sent_at IS NOT NULL FROM notification WHERE id = $1`
	isEnded  = `SELECT failed_at IS NOT NULL FROM notification WHERE id = $1`
	theirWay = `SELECT channel FROM notification WHERE id = $1`
)

// text writes a number as JSON's ->> does.
func text[N ~int64](n N) string { return strconv.FormatInt(int64(n), 10) }

func (m *mailbox) letters() []post.Letter {
	letters, _ := m.office.Letters()
	return letters
}

func (m *mailbox) sentTexts() []post.Text {
	texts, _ := m.texts.Texts()
	return texts
}

func TestDelivery_TheNextWayTakesOverWhereOneDoesNotLeadToTheMember(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	who := player(1)
	m.at("2026-06-01T06:00:00Z")
	m.giveAddress(who, booking.ByEmail, "asha@example.org")
	m.giveAddress(who, booking.BySMS, "+919876543210")
	m.chat.failWith(errBlockedChat)
	m.runAllQueues()

	b, first := m.book(who, "2026-06-03T05:30:00Z", 1)
	m.waitUntil(isSent, first)
	if got := m.letters(); len(got) != 1 || got[0].To != "asha@example.org" || !strings.Contains(got[0].Files["booking-"+text(b.ID)+".ics"], "BEGIN:VEVENT") {
		t.Fatalf("letters: %+v", got)
	}
	m.office.Evict("asha@example.org")
	_, second := m.book(who, "2026-06-04T05:30:00Z", 1)
	m.waitUntil(isSent, second)
	if got := m.sentTexts(); len(got) != 1 || got[0].To != "+919876543210" || !strings.HasPrefix(got[0].Body, "Booked: Net 1") {
		t.Errorf("texts: %+v", got)
	}
	list, err := m.Deliveries(t.Context(), boss(), m.club, booking.DeliverySent, first)
	m.must(err)
	if len(list) != 1 || list[0].Channel != booking.BySMS || !slices.Equal(list[0].Failures, []booking.Failure{{Channel: booking.ByEmail, Reason: "refused"}, {Channel: booking.ByTelegram, Reason: "blocked"}}) {
		t.Errorf("deliveries: %+v", list)
	}
	// The refused address is stored, so it is not used again.
	c, err := m.Contact(t.Context(), who.ID)
	m.must(err)
	if len(c.Addresses) != 2 || !c.Addresses[0].Refused || c.Addresses[1].Refused {
		t.Errorf("addresses: %+v", c.Addresses)
	}
	m.texts.Evict("+919876543210")
	_, third := m.book(who, "2026-06-05T05:30:00Z", 1)
	m.waitUntil(isEnded, third)
	if list, err = m.Deliveries(t.Context(), boss(), m.club, booking.DeliveryFailed, 0); err != nil || len(list) != 1 || list[0].ID != third || len(list[0].Failures) != 2 {
		t.Errorf("failed deliveries: %+v, %v", list, err)
	}
}

func TestDelivery_TheMemberChoosesTheWay(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	m.giveAddress(player(1), booking.ByEmail, "asha@example.org")
	m.setContact(player(1), nil, booking.ByEmail, booking.ByTelegram)
	m.setContact(player(2), nil, booking.BySMS, booking.ByTelegram) // has no number yet
	m.runAllQueues()
	_, first := m.book(player(1), "2026-06-03T05:30:00Z", 1)
	_, second := m.book(player(2), "2026-06-03T05:30:00Z", 2)
	m.waitUntil(isSent, first)
	m.waitUntil(isSent, second)
	if got := m.letters(); len(got) != 1 || got[0].To != "asha@example.org" {
		t.Errorf("letters: %+v", got)
	}
	if got := m.chat.messages(); len(got) != 1 || got[0].Member != player(2).ID {
		t.Errorf("the chat: %+v", got)
	}
}

// The process is killed after it has sent an email, before that is stored. Email does not deduplicate, so the message is not sent again.
func TestDelivery_ALetterWhoseFateNobodyKnowsIsNotSentAgain(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	who := player(1)
	m.giveAddress(who, booking.ByEmail, "asha@example.org")
	m.setContact(who, nil, booking.ByEmail, booking.ByTelegram)
	exec := func(sql string) {
		t.Helper()
		_, err := m.db.Exec(t.Context(), sql)
		m.must(err)
	}
	exec(`CREATE FUNCTION no_mark() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION ''the process is dead''; END'`)
	exec(`CREATE TRIGGER no_mark BEFORE UPDATE ON notification FOR EACH ROW WHEN (NEW.sent_at IS NOT NULL) EXECUTE FUNCTION no_mark()`)
	m.runAllQueues()
	_, id := m.book(who, "2026-06-03T05:30:00Z", 1)
	m.waitUntil(`SELECT attempt >= 2 AND state <> 'running' FROM river_job WHERE kind = 'booking_deliver' AND args->>'notification' = $1`, text(id))
	if got := m.letters(); len(got) != 1 {
		t.Errorf("%d letters", len(got))
	}
	if got := m.chat.messages(); len(got) != 0 {
		t.Errorf("the chat repeats it: %+v", got)
	}
	list, err := m.Deliveries(t.Context(), boss(), m.club, booking.DeliveryUnsure, 0)
	m.must(err)
	if len(list) != 1 || list[0].ID != id {
		t.Errorf("unsure: %+v", list)
	}
}

// The same without a crash: the server accepts the message and does not answer.
func TestDelivery_WhatIsTakenWithoutAWordIsNotSentAgain(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	m.giveAddress(player(1), booking.ByEmail, "asha@example.org")
	m.giveAddress(player(2), booking.BySMS, "+919876543210")
	m.setContact(player(1), nil, booking.ByEmail, booking.ByTelegram)
	m.setContact(player(2), nil, booking.BySMS, booking.ByTelegram)
	m.office.Be(post.Mute)
	m.texts.Be(post.Mute)
	m.runAllQueues()
	_, first := m.book(player(1), "2026-06-03T05:30:00Z", 1)
	_, second := m.book(player(2), "2026-06-03T05:30:00Z", 2)
	m.waitUntil(isEnded, first)
	m.waitUntil(isEnded, second)
	if letters, texts, chat := len(m.letters()), len(m.sentTexts()), len(m.chat.messages()); letters != 1 || texts != 1 || chat != 0 {
		t.Errorf("%d letters, %d texts, %d in the chat", letters, texts, chat)
	}
}

// A changed address is not used before it is confirmed, also for older notifications.
func TestDelivery_AnAddressThatIsNotConfirmedGetsNothing(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	who := player(1)
	m.giveAddress(who, booking.ByEmail, "asha@example.org")
	m.setContact(who, nil, booking.ByEmail, booking.ByTelegram)
	_, id := m.book(who, "2026-06-03T05:30:00Z", 1)
	_, err := m.db.Exec(t.Context(), `UPDATE contact_address SET address = 'mallory@example.org', confirmed_at = NULL`)
	m.must(err)
	m.runAllQueues()
	m.waitUntil(isSent, id)
	if letters, said := m.letters(), m.chat.messages(); len(letters) != 0 || len(said) != 1 {
		t.Errorf("letters: %+v, the chat: %+v", letters, said)
	}
}

// Of two tries that read a notification at the same time, one hands it to a channel that does not deduplicate.
func TestDelivery_OneTryTakesANotification(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	m.giveAddress(player(1), booking.ByEmail, "asha@example.org")
	m.setContact(player(1), nil, booking.ByEmail)
	_, letter := m.book(player(1), "2026-06-03T05:30:00Z", 1)
	_, word := m.book(player(2), "2026-06-03T05:30:00Z", 2)
	for _, c := range []struct {
		id    int64
		by    booking.Channel
		again bool
	}{{letter, booking.ByEmail, false}, {word, booking.ByTelegram, true}, {word, booking.ByEmail, false}} {
		first, err := m.HandOver(t.Context(), c.id, c.by)
		m.must(err)
		second, err := m.HandOver(t.Context(), c.id, c.by)
		m.must(err)
		if mine := c.id == letter || c.by == booking.ByTelegram; first != mine || second != c.again {
			t.Errorf("%d by %s: %v, then %v", c.id, c.by, first, second)
		}
	}
}

// Several jobs for one notification send one email.
func TestDelivery_ManyJobsOfOneNotificationSendOneLetter(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	who := player(1)
	m.giveAddress(who, booking.ByEmail, "asha@example.org")
	m.setContact(who, nil, booking.ByEmail)
	_, id := m.book(who, "2026-06-03T05:30:00Z", 1)
	_, err := m.db.Exec(t.Context(), `INSERT INTO river_job (state, args, kind, max_attempts, queue, priority)
		SELECT state, args, kind, max_attempts, queue, priority FROM river_job, generate_series(1, 29) WHERE kind = 'booking_deliver'`)
	m.must(err)
	m.runAllQueues()
	m.runQueues(booking.JobQueue) // another process
	m.waitUntil(`SELECT count(*) = 30 FROM river_job WHERE kind = 'booking_deliver' AND state = 'completed'`)
	if got := m.letters(); len(got) != 1 {
		t.Errorf("%d letters", len(got))
	}
	m.waitUntil(`SELECT sent_at IS NOT NULL OR handed_at IS NOT NULL FROM notification WHERE id = $1`, id)
}

func TestDelivery_WhatHurriesNotWaitsForTheEndOfQuietHours(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T17:30:00Z") // 23:00 on the club's clock
	night := &booking.Quiet{From: 22 * 60, To: 7 * 60}
	who, early := player(1), player(2)
	m.setContact(who, night, booking.ByTelegram)
	m.setContact(early, night, booking.ByTelegram)
	m.runAllQueues()

	// A confirmation is sent at once, without a sound.
	b, confirmed := m.book(who, "2026-06-03T05:30:00Z", 1)
	m.waitUntil(isSent, confirmed)
	if got := m.chat.messages(); len(got) != 1 || !got[0].Silent {
		t.Fatalf("the chat: %+v", got)
	}
	// A move by the desk waits, unless the booking starts before the quiet hours end.
	_, err := m.Reschedule(t.Context(), boss(), b.ID, booking.RescheduleRequest{Start: b.Span.Start.Add(3 * time.Hour), End: b.Span.End.Add(3 * time.Hour)})
	m.must(err)
	moved := one[int64](m.bundle, `SELECT max(id) FROM notification WHERE kind = 'moved'`)
	m.waitUntil(`SELECT due_at = '2026-06-02T01:30:00Z' FROM notification WHERE id = $1`, moved)
	dawn, _ := m.book(early, "2026-06-02T01:30:00Z", 2)
	_, err = m.Cancel(t.Context(), boss(), dawn.ID, true)
	m.must(err)
	cancelled := one[int64](m.bundle, `SELECT max(id) FROM notification WHERE kind = 'cancelled'`)
	m.waitUntil(isSent, cancelled)
	m.waitUntil(`SELECT state = 'scheduled' AND scheduled_at > now() + interval '7 hours' FROM river_job WHERE args->>'notification' = $1`, text(moved))
	if one[bool](m.bundle, isSent, moved) {
		t.Error("it did not wait")
	}
	// The quiet hours end.
	m.at("2026-06-02T01:30:00Z")
	_, err = m.db.Exec(t.Context(), `UPDATE river_job SET scheduled_at = now() WHERE state = 'scheduled'`)
	m.must(err)
	m.waitUntil(isSent, moved)
	if got := m.chat.messages(); got[len(got)-1].Kind != "moved" || got[len(got)-1].Silent {
		t.Errorf("the chat: %+v", got[len(got)-1])
	}
}

// While no process is the bot, email takes over. When the bot is back, it does not send the message again.
func TestDelivery_AnotherWayTakesOverWhileNobodyIsTheBot(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	start := m.at("2026-06-01T06:00:00Z")
	m.giveAddress(player(1), booking.ByEmail, "asha@example.org")
	_, id := m.book(player(1), "2026-06-03T05:30:00Z", 1)
	_, only := m.book(player(2), "2026-06-03T05:30:00Z", 2) // has no other way
	m.runQueues(booking.JobQueue)
	everyWay := []booking.Channel{booking.ByTelegram, booking.ByEmail, booking.BySMS}
	m.stop(start.Add(9 * time.Minute))
	m.must(m.SweepUndelivered(t.Context(), everyWay))
	if by := one[string](m.bundle, theirWay, id); by != "telegram" {
		t.Errorf("after nine minutes it goes by %s", by)
	}
	m.stop(start.Add(11 * time.Minute))
	for range 2 {
		m.must(m.SweepUndelivered(t.Context(), everyWay))
	}
	m.waitUntil(isSent, id)
	if got := m.letters(); len(got) != 1 {
		t.Errorf("%d letters", len(got))
	}
	m.runQueues(booking.ChatQueue)
	m.waitUntil(isSent, only)
	m.waitUntil(`SELECT count(*) = 0 FROM river_job WHERE kind = 'booking_deliver' AND state <> 'completed'`)
	if got := m.chat.messages(); len(got) != 1 || got[0].Member != player(2).ID {
		t.Errorf("the chat: %+v", got)
	}
}

// An unavailable channel is retried, but not for ever when there is another one.
func TestDelivery_AClosedChannelIsPassedOverAfterAWhile(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	start := m.at("2026-06-01T06:00:00Z")
	who := player(1)
	m.giveAddress(who, booking.ByEmail, "asha@example.org")
	m.setContact(who, nil, booking.ByEmail, booking.ByTelegram)
	m.office.Be(post.Closed)
	m.runAllQueues()
	_, id := m.book(who, "2026-06-03T05:30:00Z", 1)
	m.waitUntil(`SELECT state = 'scheduled' FROM river_job WHERE args->>'notification' = $1`, text(id))
	if !one[bool](m.bundle, `SELECT handed_at IS NULL AND channel = 'email' AND sent_at IS NULL FROM notification WHERE id = $1`, id) {
		t.Error("it does not wait for the post office")
	}
	m.stop(start.Add(11 * time.Minute))
	_, err := m.db.Exec(t.Context(), `UPDATE river_job SET scheduled_at = now() WHERE state = 'scheduled'`)
	m.must(err)
	m.waitUntil(isSent, id)
	if got := m.chat.messages(); len(got) != 1 || len(m.letters()) != 0 {
		t.Errorf("the chat: %+v, letters: %+v", got, m.letters())
	}
}

func TestAddress_IsUsedOnceTheMemberTellsTheCode(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	start := m.at("2026-06-01T06:00:00Z")
	who := player(1)
	m.runQueues(booking.JobQueue)
	for by, bad := range map[booking.Channel]string{booking.ByEmail: "asha@localhost", booking.BySMS: "98765", booking.ByTelegram: "@asha"} {
		if _, err := m.SetAddress(t.Context(), who.ID, by, bad); !errors.Is(err, booking.ErrAddress) {
			t.Errorf("%s to %q: %v", by, bad, err)
		}
	}
	set := func(want error) {
		t.Helper()
		if _, err := m.SetAddress(t.Context(), who.ID, booking.ByEmail, " asha@Example.org"); !errors.Is(err, want) {
			t.Fatalf("set: %v, want %v", err, want)
		}
	}
	code := func(letter int) string {
		t.Helper()
		m.waitUntil(`SELECT count(*) = $1 FROM river_job WHERE kind = 'booking_contact_code' AND state = 'completed'`, letter)
		found := regexp.MustCompile(`\b[0-9]{6}\b`).FindString(m.letters()[letter-1].Subject)
		if found == "" {
			t.Fatalf("no code in %+v", m.letters()[letter-1])
		}
		return found
	}
	confirm := func(code string, want error) {
		t.Helper()
		if err := m.ConfirmAddress(t.Context(), who.ID, booking.ByEmail, code); !errors.Is(err, want) {
			t.Errorf("confirm: %v, want %v", err, want)
		}
	}
	set(nil)
	set(booking.ErrCodeSoon)
	first := code(1)
	wrong := "000000"
	if first == wrong {
		wrong = "000001"
	}
	for range 5 {
		confirm(wrong, booking.ErrCode)
	}
	confirm(first, booking.ErrCodeTries) // also the right one
	m.stop(start.Add(time.Minute))
	set(nil)
	second := code(2)
	m.stop(start.Add(17 * time.Minute))
	confirm(second, booking.ErrCode) // too old
	set(nil)
	third := code(3)
	if c, err := m.Contact(t.Context(), who.ID); err != nil || len(c.Addresses) != 1 || c.Addresses[0].Confirmed || c.Addresses[0].Address != "asha@example.org" {
		t.Errorf("before: %+v, %v", c, err)
	}
	confirm(third, nil)
	confirm(third, booking.ErrCode) // works once
	if c, err := m.Contact(t.Context(), who.ID); err != nil || !c.Addresses[0].Confirmed {
		t.Errorf("after: %+v, %v", c, err)
	}
	for i := range 2 {
		m.stop(start.Add(time.Duration(20+i) * time.Minute))
		set(nil)
	}
	m.stop(start.Add(30 * time.Minute))
	set(booking.ErrCodesADay)
	if stored := one[bool](m.bundle, `SELECT bool_or(args::text LIKE '%' || $1 || '%' OR errors::text LIKE '%example.org%') IS TRUE FROM river_job`, third); stored {
		t.Error("the queue knows the code, or the address")
	}
}

func TestSheet_TheStaffGetItOnceInTheMorning(t *testing.T) {
	t.Parallel()
	m := newMailbox(t)
	m.at("2026-06-01T06:00:00Z")
	_, err := m.db.Exec(t.Context(), `UPDATE club SET day_sheet_minute = 360`)
	m.must(err)
	keeper := booking.MemberID(50)
	m.must(m.SaveMember(t.Context(), boss(), m.club, keeper, booking.Staff))
	m.book(player(1), "2026-06-03T05:30:00Z", 1)
	late, _ := m.book(player(2), "2026-06-03T07:30:00Z", 2)
	sheets := func(at string, want int64) {
		t.Helper()
		m.at(at)
		for range 2 {
			m.must(m.AnnounceSheets(t.Context()))
		}
		if got := one[int64](m.bundle, `SELECT count(*) FROM notification WHERE kind = 'day_sheet'`); got != want {
			t.Errorf("at %s: %d, want %d", at, got, want)
		}
	}
	sheets("2026-06-02T12:00:00Z", 0) // nothing is booked that day
	sheets("2026-06-03T00:29:00Z", 0) // 05:59 on the club's clock
	sheets("2026-06-03T00:30:00Z", 2) // the staff member and the club's creator
	sheets("2026-06-03T09:00:00Z", 2)
	_, err = m.Cancel(t.Context(), boss(), late.ID, true) // the text is composed when it is sent
	m.must(err)
	m.runAllQueues()
	m.waitUntil(`SELECT count(*) = 2 FROM notification WHERE kind = 'day_sheet' AND sent_at IS NOT NULL`)
	for _, said := range m.chat.messages() {
		if said.Kind != "day_sheet" || said.Member != keeper {
			continue
		}
		if !strings.HasPrefix(said.Text, "📋 Test, Wed 3 June\n11:00–12:00 · Net 1 · booking ") || strings.Contains(said.Text, "Net 2") {
			t.Errorf("it says %q", said.Text)
		}
		return
	}
	t.Error("the keeper has none")
}
