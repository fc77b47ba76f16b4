// Files: upload and download.

package driver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"

	"github.com/gotd/td/telegram/downloader"
	"github.com/gotd/td/telegram/uploader"
	"github.com/gotd/td/tg"
)

// Post uploads a file and posts it.
func (u *User) Post(ctx context.Context, in, name, mime, caption string, content []byte) error {
	p, err := u.Peer(ctx, in)
	if err != nil {
		return err
	}
	uploaded, err := uploader.NewUploader(u.API).FromBytes(ctx, name, content)
	if err != nil {
		return fmt.Errorf("upload: %w", err)
	}
	_, err = u.API.MessagesSendMedia(ctx, &tg.MessagesSendMediaRequest{
		Peer: p, Message: caption, RandomID: rand.Int64(),
		Media: &tg.InputMediaUploadedDocument{File: uploaded, MimeType: mime, Attributes: []tg.DocumentAttributeClass{&tg.DocumentAttributeFilename{FileName: name}}},
	})
	if err != nil {
		return fmt.Errorf("post in @%s: %w", in, err)
	}
	return nil
}

// Document returns the file of a message and its name, or nil.
func Document(m *tg.Message) (*tg.Document, string) {
	media, _ := m.Media.(*tg.MessageMediaDocument)
	if media == nil {
		return nil, ""
	}
	doc, _ := media.Document.(*tg.Document)
	if doc == nil {
		return nil, ""
	}
	for _, a := range doc.Attributes {
		if f, ok := a.(*tg.DocumentAttributeFilename); ok {
			return doc, f.FileName
		}
	}
	return doc, ""
}

var errNoFile = errors.New("the message has no file")

// Download returns the bytes of a message's file.
func (u *User) Download(ctx context.Context, m *tg.Message) ([]byte, error) {
	var content bytes.Buffer
	err := u.DownloadTo(ctx, m, &content)
	return content.Bytes(), err
}

// DownloadTo writes the bytes of a message's file as they arrive.
func (u *User) DownloadTo(ctx context.Context, m *tg.Message, to io.Writer) error {
	doc, _ := Document(m)
	if doc == nil {
		return errNoFile
	}
	if _, err := downloader.NewDownloader().Download(u.API, doc.AsInputDocumentFileLocation("")).Stream(ctx, to); err != nil {
		return fmt.Errorf("download: %w", err)
	}
	return nil
}

// Choose sends an inline result to a chat.
func (u *User) Choose(ctx context.Context, to string, query int64, result string) error {
	p, err := u.Peer(ctx, to)
	if err != nil {
		return err
	}
	_, err = u.API.MessagesSendInlineBotResult(ctx, &tg.MessagesSendInlineBotResultRequest{Peer: p, QueryID: query, ID: result, RandomID: rand.Int64()})
	if err != nil {
		return fmt.Errorf("send a result to @%s: %w", to, err)
	}
	return nil
}
