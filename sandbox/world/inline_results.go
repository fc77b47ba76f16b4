// The results of an inline query: the check of the bot's answer, and the answer to the person.

package world

import (
	"slices"
	"time"

	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

const (
	maxResults = 50
	maxOffset  = 64 // bytes of next_offset and of a result's id
)

// resultSet is a bot's answer to an inline query.
type resultSet struct {
	id, bot      int64
	user         int64 // who may choose a result; 0: everybody whom the results were shown to
	query, next  string
	gallery      bool
	switchText   string
	switchParam  string
	results      []inlineResult
	cacheSeconds int
	until        time.Time // the end of the cache
}

// resultLife is how much longer a result can be chosen.
const resultLife = time.Hour

func (s *resultSet) end() time.Time { return s.until.Add(resultLife) }

// inlineResult is one result, with the message to send when a person chooses it.
type inlineResult struct {
	id, kind, title, description, url string
	thumb, content                    *webFile
	file                              int64
	auto                              bool // the message is the file with a caption
	text                              string
	entities, markup                  []byte
}

// webFile is a picture or file that clients fetch from the web.
type webFile struct {
	url, mime string
	size      int
}

func (s *resultSet) result(id string) *inlineResult {
	at := slices.IndexFunc(s.results, func(r inlineResult) bool { return r.id == id })
	if at < 0 {
		return nil
	}
	return &s.results[at]
}

// resultSet checks a bot's answer.
func (c *call) resultSet(r *tg.MessagesSetInlineBotResultsRequest) (*resultSet, error) {
	set := &resultSet{bot: c.me.ID, next: r.NextOffset, gallery: r.Gallery, cacheSeconds: r.CacheTime}
	switch {
	case len(r.Results) > maxResults:
		return nil, tgerr.New(400, "RESULTS_TOO_MUCH")
	case len(r.NextOffset) > maxOffset:
		return nil, tgerr.New(400, "NEXT_OFFSET_INVALID")
	}
	if pm, ok := r.GetSwitchPm(); ok {
		switch {
		case pm.Text == "":
			return nil, tgerr.New(400, "SWITCH_PM_TEXT_EMPTY")
		case !startParam(pm.StartParam):
			return nil, tgerr.New(400, "START_PARAM_INVALID")
		}
		set.switchText, set.switchParam = pm.Text, pm.StartParam
	}
	for _, in := range r.Results {
		one, err := c.inlineResult(in)
		switch {
		case err != nil:
			return nil, err
		case one.id == "" || len(one.id) > maxOffset:
			return nil, tgerr.New(400, "RESULT_ID_INVALID")
		case set.result(one.id) != nil:
			return nil, tgerr.New(400, "RESULT_ID_DUPLICATE")
		}
		set.results = append(set.results, one)
	}
	return set, nil
}

func (c *call) inlineResult(in tg.InputBotInlineResultClass) (inlineResult, error) {
	var one inlineResult
	var message tg.InputBotInlineMessageClass
	switch in := in.(type) {
	case *tg.InputBotInlineResult:
		one = inlineResult{
			id: in.ID, kind: in.Type, title: in.Title, description: in.Description, url: in.URL,
			thumb: webFileOf(in.GetThumb()), content: webFileOf(in.GetContent()),
		}
		message = in.SendMessage
		if in.Type == "article" && in.Title == "" {
			return one, tgerr.New(400, "ARTICLE_TITLE_EMPTY")
		}
	case *tg.InputBotInlineResultDocument:
		one = inlineResult{id: in.ID, kind: in.Type, title: in.Title, description: in.Description}
		message = in.SendMessage
		if in.Title == "" && in.Type == "file" {
			return one, tgerr.New(400, "FILE_TITLE_EMPTY")
		}
		f, err := c.document(in.Document)
		if err != nil {
			return one, err
		}
		one.file = f.ID
	case *tg.InputBotInlineResultPhoto:
		one = inlineResult{id: in.ID, kind: in.Type}
		message = in.SendMessage
		f, err := c.photo(in.Photo)
		if err != nil {
			return one, err
		}
		one.file = f.ID
	default:
		return one, tgerr.New(400, "RESULT_TYPE_INVALID")
	}
	if !slices.Contains([]string{"article", "file", "photo", "video", "audio", "voice", "gif", "sticker", "document"}, one.kind) {
		return one, tgerr.New(400, "RESULT_TYPE_INVALID")
	}
	return c.inlineMessage(one, message)
}

// inlineMessage adds the message of a result.
func (c *call) inlineMessage(one inlineResult, in tg.InputBotInlineMessageClass) (inlineResult, error) {
	var err error
	switch in := in.(type) {
	case *tg.InputBotInlineMessageText:
		one.file = 0 // a text is sent instead of the file
		if one.text, one.entities, err = c.text(in.Message, in.Entities, maxText, "MESSAGE_TOO_LONG"); err != nil {
			return one, err
		}
		if one.text == "" {
			return one, tgerr.New(400, "MESSAGE_EMPTY")
		}
		one.markup, err = c.markup(in.ReplyMarkup, false)
	case *tg.InputBotInlineMessageMediaAuto:
		if one.file == 0 {
			return one, tgerr.New(400, "SEND_MESSAGE_MEDIA_INVALID")
		}
		one.auto = true
		if one.text, one.entities, err = c.text(in.Message, in.Entities, maxCaption, "MEDIA_CAPTION_TOO_LONG"); err != nil {
			return one, err
		}
		one.markup, err = c.markup(in.ReplyMarkup, false)
	default:
		err = tgerr.New(400, "SEND_MESSAGE_TYPE_INVALID")
	}
	return one, err
}

func webFileOf(in tg.InputWebDocument, given bool) *webFile {
	if !given {
		return nil
	}
	return &webFile{url: in.URL, mime: in.MimeType, size: in.Size}
}

func (f *webFile) view() tg.WebDocumentClass {
	return &tg.WebDocumentNoProxy{URL: f.url, MimeType: f.mime, Size: f.size}
}

func (c *call) viewSet(s *resultSet) *tg.MessagesBotResults {
	v := &tg.MessagesBotResults{QueryID: s.id, Gallery: s.gallery, CacheTime: s.cacheSeconds, Results: []tg.BotInlineResultClass{}}
	if s.next != "" {
		v.SetNextOffset(s.next)
	}
	if s.switchText != "" {
		v.SetSwitchPm(tg.InlineBotSwitchPM{Text: s.switchText, StartParam: s.switchParam})
	}
	for _, one := range s.results {
		v.Results = append(v.Results, c.viewResult(one))
	}
	v.Users = c.people.userList()
	return v
}

func (c *call) viewResult(one inlineResult) tg.BotInlineResultClass {
	message := one.viewMessage()
	if f := c.Files[one.file]; f != nil {
		v := &tg.BotInlineMediaResult{ID: one.id, Type: one.kind, SendMessage: message}
		if one.title != "" {
			v.SetTitle(one.title)
		}
		if one.description != "" {
			v.SetDescription(one.description)
		}
		if f.Photo {
			v.SetPhoto(c.viewPhoto(c.me, f))
		} else {
			v.SetDocument(c.viewDocument(c.me, f))
		}
		return v
	}
	v := &tg.BotInlineResult{ID: one.id, Type: one.kind, SendMessage: message}
	if one.title != "" {
		v.SetTitle(one.title)
	}
	if one.description != "" {
		v.SetDescription(one.description)
	}
	if one.url != "" {
		v.SetURL(one.url)
	}
	if one.thumb != nil {
		v.SetThumb(one.thumb.view())
	}
	if one.content != nil {
		v.SetContent(one.content.view())
	}
	return v
}

func (one inlineResult) viewMessage() tg.BotInlineMessageClass {
	entities, markup := decodeEntities(one.entities), decodeMarkup(one.markup)
	if one.auto {
		v := &tg.BotInlineMessageMediaAuto{Message: one.text}
		if entities != nil {
			v.SetEntities(entities)
		}
		if markup != nil {
			v.SetReplyMarkup(markup)
		}
		return v
	}
	v := &tg.BotInlineMessageText{Message: one.text}
	if entities != nil {
		v.SetEntities(entities)
	}
	if markup != nil {
		v.SetReplyMarkup(markup)
	}
	return v
}
