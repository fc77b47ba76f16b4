package chat

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Drafts store a person's answers during a conversation of several questions. The answers are too long for a button's payload. A chat has one draft at a
// time.
type Drafts struct{ rows draftStore }

const draftCall = 2 * time.Second

// Read reads a chat's draft. It returns false if there is none.
func (d *Drafts) Read(ctx context.Context, chat int64, to any) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, draftCall)
	defer cancel()
	content, err := d.rows.selectDraft(ctx, chat)
	if err != nil || content == nil {
		return false, err
	}
	if err := json.Unmarshal(content, to); err != nil {
		return false, fmt.Errorf("read draft: %w", err)
	}
	return true, nil
}

// Save stores a chat's draft and replaces the previous one.
func (d *Drafts) Save(ctx context.Context, chat int64, from any) error {
	ctx, cancel := context.WithTimeout(ctx, draftCall)
	defer cancel()
	content, err := json.Marshal(from)
	if err != nil {
		return fmt.Errorf("save draft: %w", err)
	}
	return d.rows.saveDraft(ctx, chat, content)
}

// Drop deletes a chat's draft, if there is one.
func (d *Drafts) Drop(ctx context.Context, chat int64) error {
	ctx, cancel := context.WithTimeout(ctx, draftCall)
	defer cancel()
	return d.rows.deleteDraft(ctx, chat)
}
