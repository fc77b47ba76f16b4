package app

import (
	"context"
	"time"

	"pavilion/filter"
	"pavilion/filter/upkeep"
	"pavilion/internal/fault"
	"pavilion/web/ops"
)

// Pages for the operator about people, deletions and maintenance.

var (
	errDeletionStep = fault.New(fault.Invalid, "deletion_step")
	// errFindElsewhere refuses words in a process that is not the bot. It has no words of the index: a search would find too little, and nothing would say so.
	errFindElsewhere = fault.New(fault.Unavailable, "deletion_elsewhere")
)

// upkeepPages are pages that change the archive.
func (p operator) upkeepPages() []ops.Page {
	return []ops.Page{
		{Name: "deletions", Read: ops.Fixed(p.readDeletions), Act: ops.Answer(p.changeDeletion)},
		{Name: "users", Read: userPage(p).read, Act: ops.Answer(userPage(p).change)},
		{Name: "maintenance", Read: ops.Fixed(p.readMaintenance), Act: ops.Action(p.runJob)},
	}
}

// deletionView is a deletion as JSON.
type deletionView struct {
	ID    upkeep.DeletionID    `json:"id"`
	State upkeep.DeletionState `json:"state"`
	What  string               `json:"what"`
	By    filter.UserID        `json:"by"` // 0: an operator
	Made  time.Time            `json:"made"`
	Due   time.Time            `json:"due"`
	Files int                  `json:"files"`
}

func (p operator) readDeletions(ctx context.Context) (any, error) {
	list, err := p.deletions.List(ctx)
	if err != nil {
		return nil, err
	}
	views := []deletionView{}
	for _, d := range list {
		views = append(views, deletionView(d))
	}
	return map[string]any{"deletions": views}, nil
}

// deletionStep is the body that begins, confirms or undoes a deletion.
type deletionStep struct {
	Find    string              `json:"find,omitempty"`    // words, or a link to a post: what they find is to be deleted
	Files   []filter.DocumentID `json:"files,omitempty"`   // ids: these are to be deleted
	Confirm upkeep.DeletionID   `json:"confirm,omitempty"` // hides the files of a draft
	Count   int                 `json:"count,omitempty"`   // with Confirm: the number of files that the draft said
	Undo    upkeep.DeletionID   `json:"undo,omitempty"`    // shows the files again
}

// draftView is the answer to a deletion that waits for its confirmation.
type draftView struct {
	ID      upkeep.DeletionID `json:"id"`
	Count   int               `json:"count"`
	Samples []string          `json:"samples"`          // names of at most deletionSamples files
	Capped  bool              `json:"capped,omitempty"` // the search finds more
}

const (
	maxDeletedFiles = 5000
	deletionSamples = 10
	whatOperator    = "operator"
)

// changeDeletion makes one step. A deletion takes two requests: the first one answers with a draft, the second one confirms it with its number of files.
func (p operator) changeDeletion(ctx context.Context, s deletionStep) (any, error) {
	steps := 0
	for _, isSet := range []bool{s.Find != "", len(s.Files) > 0, s.Confirm != 0, s.Undo != 0} {
		if isSet {
			steps++
		}
	}
	if steps != 1 || len(s.Files) > maxDeletedFiles || (s.Confirm == 0) != (s.Count == 0) {
		return nil, errDeletionStep
	}
	switch {
	case s.Undo != 0:
		_, err := p.deletions.Undo(ctx, s.Undo)
		return nil, err
	case s.Confirm != 0:
		done, err := p.deletions.ConfirmCount(ctx, s.Confirm, s.Count)
		if err == nil && done.Files >= upkeep.ManyFiles {
			p.events.Tell(upkeep.DeletionEvents, "events.deletion", done.Files)
		}
		return nil, err
	case s.Find != "":
		return p.draftFound(ctx, s.Find)
	}
	draft, err := p.deletions.Draft(ctx, byOperator, whatOperator, s.Files)
	if err != nil {
		return nil, err
	}
	return draftView{ID: draft.ID, Count: draft.Files, Samples: []string{}}, nil
}

// draftFound drafts the deletion of the files that words find, or of a linked post's file.
func (p operator) draftFound(ctx context.Context, text string) (any, error) {
	b, ok := p.activeBot()
	if !ok {
		return nil, errFindElsewhere
	}
	files, capped, err := b.Operator().FilesToDelete(ctx, text)
	if err != nil {
		return nil, err
	}
	ids := make([]filter.DocumentID, len(files))
	for i, f := range files {
		ids[i] = f.Media.Document
	}
	draft, err := p.deletions.Draft(ctx, byOperator, text, ids)
	if err != nil {
		return nil, err
	}
	v := draftView{ID: draft.ID, Count: draft.Files, Samples: []string{}, Capped: capped}
	for _, f := range files[:min(len(files), deletionSamples)] {
		v.Samples = append(v.Samples, f.Media.Name)
	}
	return v, nil
}

// jobView is a job of maintenance as JSON.
type jobView struct {
	Name     string         `json:"name"`
	Next     time.Time      `json:"next"`
	Started  time.Time      `json:"started"`
	Ended    time.Time      `json:"ended"`
	Figures  upkeep.Figures `json:"figures"`
	Totals   upkeep.Figures `json:"totals"`
	Error    string         `json:"error"` // code; empty after a success
	Runs     int64          `json:"runs"`
	Failures int64          `json:"failures"`
	Running  bool           `json:"running"`
}

func (p operator) readMaintenance(ctx context.Context) (any, error) {
	list, err := p.maintenance.States(ctx)
	if err != nil {
		return nil, err
	}
	views := []jobView{}
	for _, j := range list {
		views = append(views, jobView(j))
	}
	return map[string]any{"jobs": views}, nil
}

func (p operator) runJob(ctx context.Context, which struct {
	Name string `json:"run"`
},
) error {
	return p.maintenance.RunNow(ctx, which.Name)
}
