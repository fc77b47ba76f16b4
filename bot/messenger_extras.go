package bot

import (
	"context"
	"crypto/md5" //nolint:gosec // what Telegram checks an upload with
	"encoding/hex"
	"fmt"

	"github.com/cespare/xxhash/v2"
	"github.com/gotd/td/tg"
)

// attachment is a small file of our own making.
type attachment struct {
	name    string
	mime    string
	data    []byte
	caption string
}

// pin is a place on the map.
type pin struct {
	title, address      string
	latitude, longitude float64
}

// onceID is the random_id of a send that has a name: equal names in one chat are one message to Telegram.
func onceID(chat Chat, name string) int64 {
	return int64(xxhash.Sum64String(fmt.Sprintf("%d %s", chat.Key(), name))) //nolint:gosec // any 64 bits
}

// sendAttachment uploads and sends a file of at most one part.
func (m *messenger) sendAttachment(ctx context.Context, to Chat, lane Lane, a attachment, once string) error {
	randomID := onceID(to, once)
	sum := md5.Sum(a.data) //nolint:gosec // see above
	_, err := m.send(ctx, to, lane, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		if _, err := m.api.UploadSaveFilePart(ctx, &tg.UploadSaveFilePartRequest{FileID: randomID, Bytes: a.data}); err != nil {
			return nil, err
		}
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
			Peer: to.peer(), Message: clipText(a.caption, maxCaption), RandomID: randomID, Media: &tg.InputMediaUploadedDocument{
				File:     &tg.InputFile{ID: randomID, Parts: 1, Name: a.name, MD5Checksum: hex.EncodeToString(sum[:])},
				MimeType: a.mime, Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: a.name}}, ForceFile: true,
			},
		})
	})
	return err
}

// sendPin sends a place on the map.
func (m *messenger) sendPin(ctx context.Context, to Chat, lane Lane, p pin, once string) error {
	randomID := onceID(to, once)
	_, err := m.send(ctx, to, lane, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{Peer: to.peer(), RandomID: randomID, Media: &tg.InputMediaVenue{
			GeoPoint: &tg.InputGeoPoint{Lat: p.latitude, Long: p.longitude}, Title: p.title, Address: p.address,
		}})
	})
	return err
}
