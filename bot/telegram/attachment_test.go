package telegram

import (
	"errors"
	"testing"
)

func TestSendAttachment_RefusesAFileThatTelegramWouldRefuse(t *testing.T) {
	t.Parallel()
	large := Attachment{Data: make([]byte, MaxAttachment+1)}
	if err := new(Messenger).SendAttachment(t.Context(), Chat{ID: 1}, LaneAnswer, large, "large"); !errors.Is(err, ErrAttachmentTooLarge) {
		t.Error(err)
	}
}
