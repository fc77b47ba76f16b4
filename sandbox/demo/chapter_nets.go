package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"pavilion/sandbox"
	"pavilion/sandbox/miniapp"
	"pavilion/sandbox/world"
)

// openNets: the admin sets prices over the API, and a member sees the free times.
func (p *play) openNets(ctx context.Context) error {
	var err error
	if p.club, err = p.setPrices(ctx); err != nil {
		return err
	}
	if p.arjunApp, err = p.opensApp(ctx, p.arjun, p.scene.Members[0]); err != nil {
		return err
	}
	_, err = miniapp.Open(ctx, p.api(), "7000000001:guessed", p.scene.Members[0])
	if err := p.must(err != nil && strings.Contains(err.Error(), "401"), "what anybody else signs in Arjun's name is refused", err); err != nil {
		return err
	}
	return p.tomorrow(ctx, p.club, p.arjunApp)
}

// bookNet: a member books a net, another member is too late, and a late cancellation costs a fee.
func (p *play) bookNet(ctx context.Context) error {
	slot := miniapp.Slot(p.club.Day(1), "18:00", "19:00", p.club.Nets[0])
	held, err := p.hold(ctx, p.club, p.arjunApp, slot)
	if err != nil {
		return err
	}
	zoya, err := p.opensApp(ctx, p.zoya, p.scene.Members[1])
	if err != nil {
		return err
	}
	defer zoya.Close()
	a, err := zoya.asksAPI(ctx, "Net 1 tomorrow from 18:00 to 19:00, please.", http.MethodPost, p.club.Path("/holds"), "demo-rival", slot, said)
	if err != nil {
		return err
	}
	if err := p.must(a.Status == http.StatusConflict && a.Problem() == "slot-taken", "the rival is refused", a.Status); err != nil {
		return err
	}
	if err := p.confirm(ctx, p.club, p.arjunApp, held); err != nil {
		return err
	}
	if err := p.calendar(ctx, p.club, p.arjunApp, held); err != nil {
		return err
	}
	return p.cancel(ctx, p.club, p.arjunApp, zoya, held, slot)
}

// appUser is a person with the Mini App.
type appUser struct {
	*miniapp.Client
	*person
}

// Close closes the connections of the session. The person's chat client stays connected.
func (u *appUser) Close() { u.Client.Close() }

// asksAPI draws an action of a person, sends the request, and draws the answer as text formats it.
func (u *appUser) asksAPI(ctx context.Context, says, method, path, key string, body any, text func(a miniapp.Answer) (string, error)) (miniapp.Answer, error) {
	out := u.play.out
	out.wait(ctx)
	u.types("in the Mini App", says+"\n"+method+" "+path)
	start := time.Now()
	a, err := u.Send(ctx, method, path, key, body)
	if err != nil {
		return a, err
	}
	took := time.Since(start)
	said, err := text(a)
	if err != nil {
		return a, err
	}
	out.message(message{who: "Pavilion", shade: botShade, about: fmt.Sprintf("answers %d in %s", a.Status, round(took)), text: said})
	return a, nil
}

// setPrices: the admin adds a price for the evening to the club and blocks a net for the colts.
func (p *play) setPrices(ctx context.Context) (miniapp.Club, error) {
	client, err := miniapp.Open(ctx, p.api(), sandbox.BotToken, p.scene.Admin)
	if err != nil {
		return miniapp.Club{}, err
	}
	meera := &appUser{client, p.meera}
	defer meera.Close()
	p.out.wait(ctx)
	club, err := miniapp.Find(ctx, client, clubName)
	if err != nil {
		return club, err
	}
	if err := club.Set(ctx, client, map[string]any{}); err != nil {
		return club, err
	}
	if err := club.SetHoursAndPrices(ctx, client); err != nil {
		return club, err
	}
	p.meera.types("in the Mini App", "An hour is ₹400, in the evening ₹600; guests pay half as much again. Cancelling is free until two days before, then half stays.\n"+
		fmt.Sprintf("PUT %s, PUT %s, PUT %s", club.Path(""), club.Path("/hours"), club.Path("/prices")))
	var role struct{ Role string }
	if err := client.Do(ctx, http.MethodPut, club.Path("/members/%d", p.scene.Members[0].ID), map[string]string{"role": "member"}, http.StatusOK, &role); err != nil {
		return club, err
	}
	block := miniapp.Slot(club.Day(1), "18:00", "20:00", club.Nets[1])
	block["note"] = "Colts' training"
	var b miniapp.Booking
	_, err = meera.asksAPI(ctx, "Arjun is a member. Net 2 is for the colts tomorrow from 18:00 to 20:00.", http.MethodPost, club.Path("/blocks"), "demo-block", block, func(a miniapp.Answer) (string, error) {
		err := a.Into(http.StatusCreated, &b)
		return fmt.Sprintf("Kept free: %s.", clock(club, b)), err
	})
	return club, err
}

// api returns the address of the program's API, which changes at a restart.
func (p *play) api() string { return "http://" + p.scene.Bot.Addr() }

// opensApp opens the Mini App with data that Telegram has signed.
func (p *play) opensApp(ctx context.Context, who *person, user world.User) (*appUser, error) {
	p.out.wait(ctx)
	who.types("in the Mini App", "(opens it; Telegram signs who this is)\nPOST /sessions")
	start := time.Now()
	c, err := miniapp.Open(ctx, p.api(), sandbox.BotToken, user)
	if err != nil {
		return nil, err
	}
	return &appUser{c, who}, p.must(true, who.name+" has a session, "+round(time.Since(start))+" later", nil)
}

// tomorrow: the free times of tomorrow and the price of an hour.
func (p *play) tomorrow(ctx context.Context, club miniapp.Club, arjun *appUser) error {
	day := club.Day(1)
	var free struct {
		Days []struct {
			Net   int64
			Cells []struct {
				Start, End time.Time
				Status     string
			}
		}
	}
	var lines []string
	_, err := arjun.asksAPI(ctx, "What is free tomorrow?", http.MethodGet, club.Path("/availability?from=%s", day), "", nil, func(a miniapp.Answer) (string, error) {
		if err := a.Into(http.StatusOK, &free); err != nil {
			return "", err
		}
		for i, d := range free.Days {
			var spans []string
			for j, c := range d.Cells {
				from, to := c.Start.In(club.Zone).Format("15:04"), c.End.In(club.Zone).Format("15:04")
				switch {
				case c.Status != "free":
				case j > 0 && d.Cells[j-1].Status == "free":
					spans[len(spans)-1] = spans[len(spans)-1][:len("15:04")] + "–" + to
				default:
					spans = append(spans, from+"–"+to)
				}
			}
			lines = append(lines, fmt.Sprintf("Net %d  free %s", i+1, strings.Join(spans, " and ")))
		}
		return strings.Join(lines, "\n"), nil
	})
	if err != nil {
		return err
	}
	const want = "Net 1  free 06:00–22:00\nNet 2  free 06:00–18:00 and 20:00–22:00\nNet 3  free 06:00–22:00\nNet 4  free 06:00–22:00"
	if err := p.must(strings.Join(lines, "\n") == want, "the colts' two hours are not free", lines); err != nil {
		return err
	}
	var quote struct {
		Rate  string
		Total miniapp.Money
		Lines []struct {
			Label  string
			Amount miniapp.Money
		}
	}
	_, err = arjun.asksAPI(ctx, "And Net 1 from 17:30 to 18:30?", http.MethodPost, club.Path("/quote"), "", miniapp.Slot(day, "17:30", "18:30", club.Nets[0]), func(a miniapp.Answer) (string, error) {
		if err := a.Into(http.StatusOK, &quote); err != nil {
			return "", err
		}
		var parts []string
		for _, l := range quote.Lines {
			parts = append(parts, l.Label+" "+l.Amount.Text)
		}
		return quote.Total.Text + " at the " + quote.Rate + " rate: " + strings.Join(parts, ", "), nil
	})
	if err != nil {
		return err
	}
	return p.must(quote.Total.Minor == 50000 && quote.Rate == "member" && len(quote.Lines) == 2, "half an hour at each price", quote)
}

// hold: the first person holds the net for some minutes, at a fixed price.
func (p *play) hold(ctx context.Context, club miniapp.Club, arjun *appUser, slot map[string]any) (miniapp.Booking, error) {
	var held miniapp.Booking
	_, err := arjun.asksAPI(ctx, "Net 1 tomorrow from 18:00 to 19:00, please.", http.MethodPost, club.Path("/holds"), "demo-hold", slot, func(a miniapp.Answer) (string, error) {
		if err := a.Into(http.StatusCreated, &held); err != nil {
			return "", err
		}
		if held.ExpiresAt == nil {
			return "", fmt.Errorf("hold %d has no end", held.ID)
		}
		return fmt.Sprintf("Held for Arjun until %s, %s.", held.ExpiresAt.In(club.Zone).Format("15:04:05"), held.Price.Text), nil
	})
	if err != nil {
		return held, err
	}
	return held, p.must(held.State == "held" && held.Price.Minor == 60000, "held, and the price is fixed from here on", held.Price.Text)
}

// said returns the sentence of a refusal.
func said(a miniapp.Answer) (string, error) {
	var problem struct{ Type, Detail string }
	err := a.Into(a.Status, &problem)
	return problem.Detail + "\n" + problem.Type, err
}

// confirm: the request is sent twice, as by a phone that lost the answer, and takes effect once.
func (p *play) confirm(ctx context.Context, club miniapp.Club, arjun *appUser, held miniapp.Booking) error {
	path := club.Path("/bookings/%d/confirm", held.ID)
	var b miniapp.Booking
	text := func(a miniapp.Answer) (string, error) {
		err := a.Into(http.StatusOK, &b)
		return fmt.Sprintf("Booking %d is %s: %s.", b.ID, b.State, clock(club, b)), err
	}
	first, err := arjun.asksAPI(ctx, "I take it.", http.MethodPost, path, "demo-confirm", nil, text)
	if err != nil {
		return err
	}
	if err := p.must(b.State == "confirmed", "confirmed", b.State); err != nil {
		return err
	}
	again, err := arjun.asksAPI(ctx, "(the answer got lost; the phone asks again, with the same Idempotency-Key)", http.MethodPost, path, "demo-confirm", nil, text)
	if err != nil {
		return err
	}
	same := bytes.Equal(bytes.TrimSpace(first.Body), bytes.TrimSpace(again.Body)) && again.Header.Get("Idempotency-Replayed") == "true"
	return p.must(same, "the same answer, byte for byte; it happened once", string(again.Body))
}

// clock formats a booking's time.
func clock(club miniapp.Club, b miniapp.Booking) string {
	return b.Start.In(club.Zone).Format("Monday 2 January, 15:04") + "–" + b.End.In(club.Zone).Format("15:04")
}

// calendar: the booking is downloaded as a calendar file.
func (p *play) calendar(ctx context.Context, club miniapp.Club, arjun *appUser, b miniapp.Booking) error {
	a, err := arjun.asksAPI(ctx, "For my calendar.", http.MethodGet, club.Path("/bookings/%d/calendar.ics", b.ID), "", nil, func(a miniapp.Answer) (string, error) {
		var lines []string
		for line := range strings.Lines(string(a.Body)) {
			name, _, _ := strings.Cut(line, ":")
			switch name {
			case "DTSTART", "DTEND", "SUMMARY", "STATUS":
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		return strings.Join(lines, "\n"), nil
	})
	if err != nil {
		return err
	}
	start := "DTSTART:" + b.Start.UTC().Format("20060102T150405Z")
	return p.must(a.Status == http.StatusOK && strings.Contains(string(a.Body), start) && strings.Contains(string(a.Body), "STATUS:CONFIRMED"), "an event that every calendar reads", string(a.Body))
}

// cancel: the cancellation is late, so it costs a fee, and the net is free again.
func (p *play) cancel(ctx context.Context, club miniapp.Club, arjun, zoya *appUser, held miniapp.Booking, slot map[string]any) error {
	var gone miniapp.Booking
	_, err := arjun.asksAPI(ctx, "I cannot come after all.", http.MethodPost, club.Path("/bookings/%d/cancel", held.ID), "demo-cancel", nil, func(a miniapp.Answer) (string, error) {
		if err := a.Into(http.StatusOK, &gone); err != nil {
			return "", err
		}
		if gone.CancelFee == nil {
			return "", fmt.Errorf("booking %d was cancelled without a word on the fee", gone.ID)
		}
		return fmt.Sprintf("Booking %d is %s. Of %s, %s stays with the club.", gone.ID, gone.State, gone.Price.Text, gone.CancelFee.Text), nil
	})
	if err != nil {
		return err
	}
	if err := p.must(gone.State == "cancelled" && gone.CancelFee.Minor == 30000, "less than two days before, half stays", gone.CancelFee.Text); err != nil {
		return err
	}
	var next miniapp.Booking
	_, err = zoya.asksAPI(ctx, "Then I try once more.", http.MethodPost, club.Path("/holds"), "demo-next", slot, func(a miniapp.Answer) (string, error) {
		err := a.Into(http.StatusCreated, &next)
		return fmt.Sprintf("Held for Zoya, %s at the %s rate.", next.Price.Text, next.Rate), err
	})
	if err != nil {
		return err
	}
	if err := p.must(next.Rate == "guest" && next.Price.Minor == 90000, "free at once for the next, who is a guest", next.Price.Text); err != nil {
		return err
	}
	report, err := p.scene.Run(ctx, "doctor", "booking")
	return p.must(err == nil && strings.Contains(report, "ok    every booking keeps the rules"), "pavilion doctor booking: every booking keeps the rules", report)
}
