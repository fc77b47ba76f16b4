package access

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/access"
)

const (
	boughtShown = 5
	maxSupport  = 1000 // characters of a message to the admins
)

// HandleTerms answers /terms.
func (s *Plans) HandleTerms(ctx context.Context, e *telegram.Event) error {
	_, err := s.messenger.SendText(ctx, e.Chat, telegram.Reply{Text: s.Texts.In(e).Say("plans.terms")}, telegram.Cause{Event: e})
	return err
}

// HandlePaySupport answers /paysupport: it shows the person's last payments, or passes a message about them on to the admins.
func (s *Plans) HandlePaySupport(ctx context.Context, e *telegram.Event) error {
	if e.Chat.Type != telegram.Private {
		return errPrivateOnly
	}
	bought, err := s.Premium.BoughtBy(ctx, filter.UserID(e.From.ID), boughtShown)
	if err != nil {
		return err
	}
	text := s.drawing(e).support(bought)
	if question := telegram.CleanLine(e.Text, maxSupport); question != "" {
		s.tellAdmins(ctx, fmt.Sprintf("paysupport %d %d", e.From.ID, e.MessageID), func(d planDrawing) string {
			who := telegram.CleanLine(e.From.Name, maxTitle) + " (" + strconv.FormatInt(e.From.ID, 10) + ")"
			return strings.Join(append([]string{d.in.Say("premium.support", who, question)}, d.boughtLines(bought)...), "\n")
		})
		text = s.Texts.In(e).Say("plans.support_sent")
	}
	_, err = s.messenger.SendText(ctx, e.Chat, telegram.Reply{Text: text}, telegram.Cause{Event: e})
	return err
}

func (d planDrawing) support(bought []access.Bought) string {
	lines := []string{d.in.Say("plans.support")}
	if len(bought) > 0 {
		lines = append(lines, "", d.in.Say("plans.support_list"))
	}
	return strings.Join(append(lines, d.boughtLines(bought)...), "\n")
}

func (d planDrawing) boughtLines(bought []access.Bought) []string {
	var lines []string
	for _, b := range bought {
		line := "• " + d.in.Say("plans.bought", d.date(b.At), b.Title, d.stars(b.Stars), b.Charge)
		if b.Refund != access.RefundNone {
			line += " " + d.in.Say("plans.refund_"+string(b.Refund))
		}
		lines = append(lines, line)
	}
	return lines
}
