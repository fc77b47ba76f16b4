package telegram

import (
	"encoding/base64"

	"github.com/gotd/td/fileid"

	"pavilion/filter"
)

// DocumentOf is the document that a file id of the Bot API names. It is false for photos, which have other ids, and for everything that is no file id.
func DocumentOf(fileID string) (filter.DocumentID, bool) {
	data, err := base64.RawURLEncoding.DecodeString(fileID)
	if err != nil || len(data) == 0 {
		return 0, false
	}
	if end := len(data) - 1; data[end] == oldFileIDs { // the ids of before 2020 differ in their end only
		fileID = base64.RawURLEncoding.EncodeToString(append(data[:end], 22, 4))
	}
	id, err := fileid.DecodeFileID(fileID)
	if err != nil || id.ID == 0 {
		return 0, false
	}
	switch id.Type { //nolint:exhaustive // the others are not in the archive
	case fileid.Voice, fileid.Video, fileid.Document, fileid.Audio, fileid.Animation, fileid.VideoNote, fileid.DocumentAsFile:
		return filter.DocumentID(id.ID), true
	}
	return 0, false
}

const oldFileIDs = 2 // the version of the ids of before 2020, their last byte
