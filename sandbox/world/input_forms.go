// InputPeer in the place of InputUser and InputChannel.

package world

import (
	"encoding/binary"
	"errors"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
)

// inputForm returns the InputUser or InputChannel with the fields of an InputPeer. Telegram takes either, and some client libraries send the InputPeer.
func inputForm(peer uint32) (form uint32, ok bool) {
	switch peer {
	case tg.InputPeerSelfTypeID:
		return tg.InputUserSelfTypeID, true
	case tg.InputPeerUserTypeID:
		return tg.InputUserTypeID, true
	case tg.InputPeerUserFromMessageTypeID:
		return tg.InputUserFromMessageTypeID, true
	case tg.InputPeerChannelTypeID:
		return tg.InputChannelTypeID, true
	case tg.InputPeerChannelFromMessageTypeID:
		return tg.InputChannelFromMessageTypeID, true
	}
	return 0, false
}

// rewriteInput replaces the InputPeer at which the decoding of a request stopped with left bytes unread. It returns false if err has another cause.
func rewriteInput(body []byte, left int, err error) bool {
	var unexpected *bin.UnexpectedIDErr
	if !errors.As(err, &unexpected) || left < 4 || left > len(body) {
		return false
	}
	form, ok := inputForm(unexpected.ID)
	at := body[len(body)-left:]
	if !ok || binary.LittleEndian.Uint32(at) != unexpected.ID {
		return false
	}
	binary.LittleEndian.PutUint32(at, form)
	return true
}
