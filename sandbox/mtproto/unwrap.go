package mtproto

import (
	"errors"
	"fmt"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/proto"
	"github.com/gotd/td/tg"
)

var errWrapped = errors.New("a request is wrapped too often")

// unwrap removes the wrappers of a request, packed or not, and stores their settings.
func unwrap(r *Request) error {
	for range maxDepth {
		id, err := r.Body.PeekID()
		if err != nil {
			return err
		}
		switch id {
		case proto.GZIPTypeID:
			r.Body, err = unzip(r.Body)
		case tg.InvokeWithLayerRequestTypeID:
			err = skip(r.Body, func(b *bin.Buffer) (err error) {
				r.Layer, err = b.Int()
				return err
			})
		case tg.InitConnectionRequestTypeID:
			err = skip(r.Body, skipInit)
		case tg.InvokeWithoutUpdatesRequestTypeID:
			r.NoUpdates = true
			err = skip(r.Body)
		case tg.InvokeAfterMsgRequestTypeID:
			err = skip(r.Body, skipLong)
		case tg.InvokeAfterMsgsRequestTypeID:
			err = skip(r.Body, func(b *bin.Buffer) error {
				n, err := b.VectorHeader()
				for i := 0; err == nil && i < n; i++ {
					_, err = b.Long()
				}
				return err
			})
		case tg.InvokeWithMessagesRangeRequestTypeID:
			err = skip(r.Body, func(b *bin.Buffer) error { return (&tg.MessageRange{}).Decode(b) })
		case tg.InvokeWithTakeoutRequestTypeID:
			err = skip(r.Body, skipLong)
		default:
			return nil
		}
		if err != nil {
			return fmt.Errorf("unwrap %#x: %w", id, err)
		}
	}
	return errWrapped
}

// skip reads a wrapper's id and its fields before the wrapped request.
func skip(b *bin.Buffer, fields ...func(*bin.Buffer) error) error {
	if _, err := b.ID(); err != nil {
		return err
	}
	for _, f := range fields {
		if err := f(b); err != nil {
			return err
		}
	}
	return nil
}

func skipLong(b *bin.Buffer) error {
	_, err := b.Long()
	return err
}

// skipInit reads the fields of initConnection: flags, the api id, six texts, and the fields that the flags announce.
func skipInit(b *bin.Buffer) error {
	var flags bin.Fields
	if err := flags.Decode(b); err != nil {
		return err
	}
	if _, err := b.Int(); err != nil {
		return err
	}
	for range 6 {
		if _, err := b.String(); err != nil {
			return err
		}
	}
	if flags.Has(0) {
		if err := (&tg.InputClientProxy{}).Decode(b); err != nil {
			return err
		}
	}
	if flags.Has(1) {
		if _, err := tg.DecodeJSONValue(b); err != nil {
			return err
		}
	}
	return nil
}
