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

var errDeletionStep = fault.New(fault.Invalid, "deletion_step")

// upkeepPages are pages that change the archive.
func (p *parts) upkeepPages() []ops.Page {
	return []ops.Page{
		{Name: "deletions", Read: p.readDeletions, Act: ops.Action(p.changeDeletion)},
		{Name: "maintenance", Read: p.readMaintenance, Act: ops.Action(p.runJob)},
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

func (p *parts) readDeletions(ctx context.Context) (any, error) {
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

// deletionStep is the body that deletes files by their ids, or undoes a deletion. One of the fields is set.
type deletionStep struct {
	Files []filter.DocumentID `json:"files,omitempty"`
	Undo  upkeep.DeletionID   `json:"undo,omitempty"`
}

const (
	maxDeletedFiles = 5000
	whatOperator    = "operator"
)

func (p *parts) changeDeletion(ctx context.Context, s deletionStep) error {
	switch {
	case s.Undo != 0 && len(s.Files) == 0:
		_, err := p.deletions.Undo(ctx, s.Undo)
		return err
	case s.Undo == 0 && len(s.Files) > 0 && len(s.Files) <= maxDeletedFiles:
		draft, err := p.deletions.Draft(ctx, byOperator, whatOperator, s.Files)
		if err == nil {
			_, err = p.deletions.Confirm(ctx, draft.ID)
		}
		return err
	}
	return errDeletionStep
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

func (p *parts) readMaintenance(ctx context.Context) (any, error) {
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

func (p *parts) runJob(ctx context.Context, which struct {
	Name string `json:"run"`
},
) error {
	return p.maintenance.RunNow(ctx, which.Name)
}
