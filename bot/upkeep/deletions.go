package upkeep

import (
	"context"
	"strings"

	"pavilion/bot/chat"
	"pavilion/bot/telegram"
	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/internal/phrase"
)

// The verbs of the buttons.
const (
	verbDeletions     = "de"
	verbConfirmDelete = "dey"
	verbKeepFiles     = "den"
	verbUndoDelete    = "deu"
)

// deletions are the screens of /delete.
type deletions struct{ *Screens }

const (
	samplesListed   = 10
	maxDeletedWords = 200 // characters of a search
)

// HandleDelete answers /delete: with words or a link to a post it asks whether to delete what it finds. Without them it lists the last deletions.
func (s *Screens) HandleDelete(ctx context.Context, e *telegram.Event) error {
	d := deletions{s}
	text := telegram.CleanLine(e.Text, maxDeletedWords)
	if text == "" {
		reply, err := d.tapList(ctx, e, chat.ParseFields(""))
		if err != nil {
			return err
		}
		return s.send(ctx, e, reply)
	}
	files, capped, err := s.FilesToDelete(ctx, text)
	if err != nil {
		return err
	}
	ids := make([]filter.DocumentID, len(files))
	for i, f := range files {
		ids[i] = f.Media.Document
	}
	draft, err := s.Deletions.Draft(ctx, filter.UserID(e.From.ID), text, ids)
	if err != nil {
		return err
	}
	return s.send(ctx, e, s.draw(e).askDelete(draft, files, capped))
}

// FilesToDelete returns the file of a linked post, or all files that words find.
func (s *Screens) FilesToDelete(ctx context.Context, text string) (files []filter.File, capped bool, err error) {
	link, isLink := telegram.ParsePostLink(text)
	if !isLink {
		return s.Searcher.FindAll(ctx, text)
	}
	channel := filter.ChannelID(link.Channel)
	for _, c := range s.Channels.List() {
		if link.Username != "" && strings.EqualFold(c.Username, link.Username) {
			channel = c.ID
		}
	}
	f, err := s.Searcher.FileAt(ctx, filter.Place{Channel: channel, Message: filter.MessageID(link.Message)})
	if err != nil {
		return nil, false, err
	}
	return []filter.File{f}, false, nil
}

func (s deletions) tapList(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	list, err := s.Deletions.List(ctx)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).deletions(list), nil
}

func (s deletions) tapConfirm(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	id := upkeep.DeletionID(f.Number())
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	done, err := s.Deletions.Confirm(ctx, id)
	if err != nil {
		return telegram.Reply{}, err
	}
	if done.Files >= upkeep.ManyFiles {
		s.Events.Tell(upkeep.DeletionEvents, "events.deletion", done.Files)
	}
	return s.draw(e).deleted(done), nil
}

func (s deletions) tapUndo(ctx context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	id := upkeep.DeletionID(f.Number())
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	undone, err := s.Deletions.Undo(ctx, id)
	if err != nil {
		return telegram.Reply{}, err
	}
	return s.draw(e).undone(undone), nil
}

func (s deletions) tapKeep(_ context.Context, e *telegram.Event, f *chat.Fields) (telegram.Reply, error) {
	if !f.Done() {
		return telegram.Reply{}, chat.ErrButton
	}
	return telegram.Reply{Text: s.Texts.In(e).Say("deletion.kept")}, nil
}

func (d drawing) askDelete(draft upkeep.Deletion, files []filter.File, capped bool) telegram.Reply {
	lines := []string{""}
	for _, f := range files[:min(len(files), samplesListed)] {
		lines = append(lines, "• "+telegram.CleanLine(f.Media.Name, 80)+" · "+phrase.Size(f.Media.Size))
	}
	if more := draft.Files - samplesListed; more > 0 {
		lines = append(lines, d.in.Say("deletion.more", more))
	}
	if capped {
		lines = append(lines, d.in.Say("deletion.capped"))
	}
	lines = append(lines, "", d.in.Say("deletion.means"))
	return d.page(d.in.Say("deletion.ask", draft.Files, draft.What), lines, []telegram.Button{
		d.button(d.in.Say("deletion.yes", draft.Files), verbConfirmDelete+":"+chat.Base36(int64(draft.ID))), d.button(d.in.Say("deletion.no"), verbKeepFiles),
	})
}

func (d drawing) deleted(x upkeep.Deletion) telegram.Reply {
	return d.page(d.in.Say("deletion.done", x.Files, x.What), []string{d.in.Say("deletion.until", d.moment(x.Due))}, []telegram.Button{d.undoButton(x, d.in.Say("deletion.undo"))})
}

func (d drawing) undoButton(x upkeep.Deletion, text string) telegram.Button {
	return d.button(text, verbUndoDelete+":"+chat.Base36(int64(x.ID)))
}

func (d drawing) undone(x upkeep.Deletion) telegram.Reply {
	return telegram.Reply{Text: d.in.Say("deletion.undone", x.Files, x.What)}
}

func (d drawing) deletions(list []upkeep.Deletion) telegram.Reply {
	lines := []string{d.in.Say("deletion.how"), ""}
	var keyboard [][]telegram.Button
	for _, x := range list {
		lines = append(lines, "• "+d.in.Say("deletion.entry_"+string(x.State), x.Files, telegram.CleanLine(x.What, 60), d.moment(x.Made)))
		if x.State == upkeep.DeletionHidden && x.Due.After(d.now) {
			keyboard = append(keyboard, []telegram.Button{d.undoButton(x, d.in.Say("deletion.undo_of", telegram.CleanLine(x.What, maxLabel)))})
		}
	}
	if len(list) == 0 {
		lines = append(lines, d.in.Say("deletion.none"))
	}
	return d.page(d.in.Say("deletion.title"), lines, keyboard...)
}
