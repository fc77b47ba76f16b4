package telegram

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"github.com/gotd/td/telegram/message/entity"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"

	"pavilion/filter"
)

// Deliverer sends files and the messages about them.
type Deliverer struct{ m *Messenger }

// NewDeliverer makes a Deliverer that sends through a messenger.
func NewDeliverer(m *Messenger) *Deliverer { return &Deliverer{m} }

// Outgoing is a file to send, with a caption of its own. Sends of one name into one chat are one message to Telegram.
type Outgoing struct {
	File    filter.File
	Caption []CaptionPart // nil: the caption of the post
	Name    string
}

// CaptionPart is a piece of a caption: a text, or the caption of the post with its formatting.
type CaptionPart struct {
	Text     string
	Original bool
}

// FileOptions are the options of SendFiles.
type FileOptions struct {
	Turn    Turn
	Topic   int  // a message of the forum topic
	Protect bool // also files whose posts are not protected
}

// SendFiles delivers a file by reference, or the files of an album, at most filter.MaxAlbum, in one call. A file keeps the protection of its post, and an album
// with one protected file is protected. Expired references are renewed once; files that are deleted are left out. It returns the ids of the messages, as
// far as Telegram tells them, and the number of files; filter.ErrFileGone means that none is left.
func (d *Deliverer) SendFiles(ctx context.Context, to Chat, files []Outgoing, o FileOptions) (ids []int, sent int, err error) {
	for attempt := 0; ; attempt++ {
		protect := o.Protect
		for _, f := range files {
			protect = protect || d.m.IsProtected(ctx, f.File)
		}
		err = d.m.follow(ctx, to, func(to Chat) (err error) {
			if len(files) == 1 {
				ids, err = d.sendOne(ctx, to, files[0], o, protect)
			} else {
				ids, err = d.sendAlbum(ctx, to, files, o, protect)
			}
			return err
		})
		if !IsReferenceError(err) || attempt > 0 {
			return ids, len(files), err
		}
		if files, err = d.renew(ctx, files); err != nil {
			return nil, 0, err
		}
	}
}

// renew reads the references of files anew and leaves out deleted files.
func (d *Deliverer) renew(ctx context.Context, files []Outgoing) ([]Outgoing, error) {
	var fresh []Outgoing
	for _, f := range files {
		renewed, err := d.m.refresh(ctx, f.File)
		if errors.Is(err, filter.ErrFileGone) {
			continue
		}
		if err != nil {
			return nil, err
		}
		f.File = renewed
		fresh = append(fresh, f)
	}
	if len(fresh) == 0 {
		return nil, filter.ErrFileGone
	}
	return fresh, nil
}

func (d *Deliverer) sendOne(ctx context.Context, to Chat, f Outgoing, o FileOptions, protect bool) ([]int, error) {
	caption, entities := f.caption()
	randomID := namedRandomID(to, f.Name)
	return d.sendUnsure(ctx, to, o.Turn, "messages.sendMedia", []int64{randomID}, func(ctx context.Context) (tg.UpdatesClass, error) {
		return d.m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
			Peer: to.peer(), Media: inputMedia(f.File.Media), Message: caption, Entities: entities, RandomID: randomID, ReplyTo: inTopic(o.Topic), Noforwards: protect,
		})
	})
}

func (d *Deliverer) sendAlbum(ctx context.Context, to Chat, files []Outgoing, o FileOptions, protect bool) ([]int, error) {
	randomIDs := make([]int64, len(files))
	for i, f := range files {
		randomIDs[i] = namedRandomID(to, f.Name)
	}
	return d.sendUnsure(ctx, to, o.Turn, "messages.sendMultiMedia", randomIDs, func(ctx context.Context) (tg.UpdatesClass, error) {
		album := make([]tg.InputSingleMedia, len(files)) // encoding changes a request, and a retry encodes again
		for i, f := range files {
			caption, entities := f.caption()
			album[i] = tg.InputSingleMedia{Media: inputMedia(f.File.Media), Message: caption, Entities: entities, RandomID: randomIDs[i]}
		}
		return d.m.api.MessagesSendMultiMedia(ctx, &tg.MessagesSendMultiMediaRequest{Peer: to.peer(), MultiMedia: album, ReplyTo: inTopic(o.Topic), Noforwards: protect})
	})
}

// sendUnsure is sendAll that returns ErrUnfinished if a try ended without Telegram's answer, or none was made.
func (d *Deliverer) sendUnsure(ctx context.Context, to Chat, turn Turn, method string, randomIDs []int64, invoke func(context.Context) (tg.UpdatesClass, error)) ([]int, error) {
	var open atomic.Int32 // tries of the queue's without Telegram's answer
	ids, err := d.m.sendAll(ctx, to, turn, method, randomIDs, func(ctx context.Context) (u tg.UpdatesClass, err error) {
		open.Add(1)
		defer func() {
			if rpc, answered := tgerr.As(err); answered && rpc.Code > 0 && rpc.Code < 500 {
				open.Add(-1)
			}
		}()
		return invoke(ctx)
	})
	if err != nil && (open.Load() > 0 || errors.Is(err, ErrQueueStopped) || errors.Is(err, ErrSessionEnded)) {
		err = errors.Join(ErrUnfinished, err)
	}
	return ids, err
}

func inTopic(message int) tg.InputReplyToClass {
	if message == 0 {
		return nil
	}
	return &tg.InputReplyToMessage{ReplyToMsgID: message}
}

// sendAll makes a call that sends one message for each random id, and returns the ids of the messages. It returns none where they had been sent before and
// Telegram does not tell.
func (m *Messenger) sendAll(ctx context.Context, to Chat, turn Turn, method string, randomIDs []int64, invoke func(context.Context) (tg.UpdatesClass, error)) ([]int, error) {
	return sendCall(ctx, m, call{lane: turn.Lane, first: turn.First, chat: to, method: method}, randomIDs, invoke)
}

// sendCall is sendAll for a call with its lane, chat and method.
func sendCall(ctx context.Context, m *Messenger, c call, randomIDs []int64, invoke func(context.Context) (tg.UpdatesClass, error)) (ids []int, err error) {
	c.limited, c.messages = !c.paid, len(randomIDs)
	c.invoke = func(ctx context.Context) error {
		u, err := invoke(ctx)
		if c.paid {
			err = orPaidRefusal(err)
		}
		if tgerr.Is(err, "RANDOM_ID_DUPLICATE") {
			return nil // an earlier try, or an earlier process, has sent it
		}
		ids = nil
		for _, random := range randomIDs {
			if id := sentID(u, random); id != 0 {
				ids = append(ids, id)
			}
		}
		return err
	}
	if err = m.queue.do(ctx, c); err == nil {
		for _, id := range ids {
			m.onSent(c.chat, id)
		}
	}
	return ids, err
}

// caption returns the file's caption, cut to the length that the bot may send.
func (f Outgoing) caption() (string, []tg.MessageEntityClass) {
	if f.Caption == nil {
		return captionOf(f.File.Media)
	}
	var text strings.Builder
	var entities []tg.MessageEntityClass
	for _, p := range f.Caption {
		if !p.Original {
			text.WriteString(p.Text)
			continue
		}
		at := entity.ComputeLength(text.String())
		for _, e := range unpackEntities(f.File.Media.CaptionEntities) {
			entities = append(entities, moveEntity(e, e.GetOffset()+at, e.GetLength()))
		}
		text.WriteString(f.File.Media.Caption)
	}
	return cutCaption(text.String(), entities)
}
