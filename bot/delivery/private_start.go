package delivery

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"

	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/delivery"
)

// startPrefix begins the payload of /start that handles a kept tap. A base-36 number follows.
const startPrefix = "tap-"

// ParseStart returns the kept tap that a payload of /start names.
func ParseStart(payload string) (delivery.KeptTapID, bool) {
	number, ok := strings.CutPrefix(payload, startPrefix)
	if !ok {
		return 0, false
	}
	id, err := strconv.ParseInt(number, 36, 64)
	return delivery.KeptTapID(id), err == nil && id > 0
}

// openPrivate answers a tap with a link to the bot's chat, because the bot cannot write to the person yet. Start there handles the tap again.
func (s *Screens) openPrivate(ctx context.Context, e *telegram.Event) error {
	if e.Kind != telegram.Tap || e.Answered() {
		return errPrivateFirst
	}
	event, err := json.Marshal(e)
	if err != nil {
		return fmt.Errorf("event of a tap: %w", err)
	}
	id, err := s.KeptTaps.Keep(ctx, originOf(e), filter.UserID(e.From.ID), event)
	if err != nil {
		return err
	}
	return s.deliverer.OpenLink(ctx, e, s.Client.ChatLink(ctx)+"?start="+startPrefix+strconv.FormatInt(int64(id), 36))
}

// Start handles a kept tap again, now that its person has started the bot. The files have the random_ids of the tap, so another Start sends nothing twice.
func (s *Screens) Start(ctx context.Context, e *telegram.Event, id delivery.KeptTapID) error {
	event, err := s.KeptTaps.Find(ctx, id, filter.UserID(e.From.ID))
	if err != nil {
		return err
	}
	tap := new(telegram.Event)
	if err := json.Unmarshal(event, tap); err != nil {
		return fmt.Errorf("event of a tap: %w", err)
	}
	tap.MarkAnswered() // Telegram takes no second answer
	if err := s.reply(ctx, e, telegram.Reply{Text: s.Texts.In(e).Say("delivery.started")}); err != nil {
		return err
	}
	s.Replay(tap)
	return nil
}
