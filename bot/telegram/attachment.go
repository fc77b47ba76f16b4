package telegram

import (
	"context"
	"crypto/md5" //nolint:gosec // what Telegram checks an upload with
	"encoding/hex"
	"slices"

	"github.com/gotd/td/tg"

	"pavilion/internal/fault"
)

// MaxAttachment is the size in bytes that Telegram takes in an upload with a checksum.
const MaxAttachment = 10 << 20

// ErrAttachmentTooLarge reports a file above MaxAttachment.
var ErrAttachmentTooLarge = fault.New(fault.Conflict, "attachment_too_large")

// Attachment is a file that the bot makes itself, of at most MaxAttachment.
type Attachment struct {
	Name    string
	Mime    string
	Data    []byte
	Caption string
}

// Venue is a place on the map.
type Venue struct {
	Title, Address      string
	Latitude, Longitude float64
}

// partSize is the size of the parts of an upload, which all but the last must have.
const partSize = 512 << 10

// SendAttachment uploads and sends a file. Sends of one name are one message to Telegram. It returns ErrAttachmentTooLarge for a file above MaxAttachment.
func (m *Messenger) SendAttachment(ctx context.Context, to Chat, lane Lane, a Attachment, name string) error {
	if len(a.Data) > MaxAttachment {
		return ErrAttachmentTooLarge
	}
	randomID := namedRandomID(to, name)
	sum := md5.Sum(a.Data) //nolint:gosec // see above
	_, err := m.sendMessage(ctx, to, lane, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		parts := 0
		for part := range slices.Chunk(a.Data, partSize) {
			if _, err := m.api.UploadSaveFilePart(ctx, &tg.UploadSaveFilePartRequest{FileID: randomID, FilePart: parts, Bytes: part}); err != nil {
				return nil, err
			}
			parts++
		}
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
			Peer: to.peer(), Message: cutText(a.Caption, maxCaption), RandomID: randomID, Media: &tg.InputMediaUploadedDocument{
				File:     &tg.InputFile{ID: randomID, Parts: parts, Name: a.Name, MD5Checksum: hex.EncodeToString(sum[:])},
				MimeType: a.Mime, Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: a.Name}}, ForceFile: true,
			},
		})
	})
	return err
}

// SendVenue sends a place on the map. Sends of one name are one message to Telegram.
func (m *Messenger) SendVenue(ctx context.Context, to Chat, lane Lane, p Venue, name string) error {
	randomID := namedRandomID(to, name)
	_, err := m.sendMessage(ctx, to, lane, "messages.sendMedia", randomID, func(ctx context.Context) (tg.UpdatesClass, error) {
		return m.api.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{Peer: to.peer(), RandomID: randomID, Media: &tg.InputMediaVenue{
			GeoPoint: &tg.InputGeoPoint{Lat: p.Latitude, Long: p.Longitude}, Title: p.Title, Address: p.Address,
		}})
	})
	return err
}
