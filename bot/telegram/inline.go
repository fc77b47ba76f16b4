package telegram

import (
	"context"
	"strconv"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

// InlineFile is one file among inline results.
type InlineFile struct {
	Media       filter.Media
	Title       string
	Description string
}

// InlineAnswer is the answer to an inline query.
type InlineAnswer struct {
	QueryID      int64
	Files        []InlineFile
	NextOffset   string // of the next page; empty on the last one
	CacheSeconds int    // for which Telegram may repeat the answer
	Button       string // above the results; it opens the private chat with /start StartParam
	StartParam   string
}

// AnswerInline answers an inline query, for its sender only. IsReferenceError tells when a file's reference has expired.
func (m *Messenger) AnswerInline(ctx context.Context, a InlineAnswer) error {
	return m.queue.do(ctx, call{method: "messages.setInlineBotResults", invoke: func(ctx context.Context) error {
		req := &tg.MessagesSetInlineBotResultsRequest{QueryID: a.QueryID, Private: true, NextOffset: a.NextOffset, CacheTime: a.CacheSeconds}
		for _, f := range a.Files {
			req.Results = append(req.Results, inlineResult(f))
		}
		if a.Button != "" {
			req.SwitchPm = tg.InlineBotSwitchPM{Text: a.Button, StartParam: a.StartParam}
		}
		_, err := m.api.MessagesSetInlineBotResults(ctx, req)
		if tgerr.Is(err, "QUERY_ID_INVALID") { // too late
			return nil
		}
		return err
	}})
}

func inlineResult(f InlineFile) tg.InputBotInlineResultClass {
	caption, entities := captionOf(f.Media)
	message := &tg.InputBotInlineMessageMediaAuto{Message: caption, Entities: entities}
	id := strconv.FormatInt(int64(f.Media.Document), 36)
	if f.Media.Kind == filter.KindPhoto {
		return &tg.InputBotInlineResultPhoto{ID: id, Type: "photo", SendMessage: message, Photo: inputPhoto(f.Media)}
	}
	kind := map[filter.Kind]string{filter.KindVideo: "video", filter.KindAudio: "audio"}[f.Media.Kind]
	if kind == "" {
		kind = "file"
	}
	return &tg.InputBotInlineResultDocument{
		ID: id, Type: kind, Title: f.Title, Description: f.Description, Document: inputDocument(f.Media), SendMessage: message,
	}
}
