// Keyboards under messages and their limits.

package world

import (
	"net/url"
	"strings"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	maxButtons = 100
	maxData    = 64 // bytes of callback data
)

// markup checks a keyboard and returns it as stored; people's keyboards are dropped without an error. Buttons that open a Mini App are for private chats.
func (c *call) markup(in tg.ReplyMarkupClass, private bool) ([]byte, error) {
	if in == nil || c.me.Bot == nil {
		return nil, nil
	}
	inline := false
	var rows []tg.KeyboardButtonRow
	switch in := in.(type) {
	case *tg.ReplyInlineMarkup:
		rows, inline = in.Rows, true
	case *tg.ReplyKeyboardMarkup:
		rows = in.Rows
	default:
		return encode(in), nil
	}
	total := 0
	for _, row := range rows {
		total += len(row.Buttons)
		for _, b := range row.Buttons {
			if err := checkButton(b, inline, private); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case total > maxButtons:
		return nil, tgerr.New(400, "REPLY_MARKUP_TOO_LONG")
	case total == 0:
		return nil, nil
	}
	return encode(in), nil
}

func checkButton(b tg.KeyboardButtonClass, inline, private bool) error {
	if strings.TrimSpace(b.GetText()) == "" {
		return tgerr.New(400, "BUTTON_TEXT_INVALID")
	}
	switch b := b.(type) {
	case *tg.KeyboardButtonCallback:
		if len(b.Data) == 0 || len(b.Data) > maxData {
			return tgerr.New(400, "BUTTON_DATA_INVALID")
		}
	case *tg.KeyboardButtonURL:
		if !strings.Contains(b.URL, ".") && !strings.Contains(b.URL, "://") || strings.ContainsAny(b.URL, " \n") {
			return tgerr.New(400, "BUTTON_URL_INVALID")
		}
	case *tg.KeyboardButtonWebView:
		if u, err := url.Parse(b.URL); err != nil || u.Scheme != "https" || u.Hostname() == "" {
			return tgerr.New(400, "BUTTON_URL_INVALID")
		}
		if !private {
			return tgerr.New(400, "BUTTON_TYPE_INVALID")
		}
	case *tg.KeyboardButtonSwitchInline, *tg.KeyboardButtonCopy, *tg.KeyboardButtonURLAuth,
		*tg.KeyboardButtonGame, *tg.KeyboardButtonBuy, *tg.InputKeyboardButtonURLAuth, *tg.InputKeyboardButtonUserProfile:
	default:
		if inline {
			return tgerr.New(400, "BUTTON_TYPE_INVALID")
		}
		return nil
	}
	if !inline {
		return tgerr.New(400, "BUTTON_TYPE_INVALID")
	}
	return nil
}
