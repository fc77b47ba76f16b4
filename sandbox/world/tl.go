// Parts of messages that are kept as TL bytes, so that two viewers never share an object.

package world

import (
	"github.com/gotd/td/bin"
	"github.com/gotd/td/tg"
)

func encode(v bin.Encoder) []byte {
	var b bin.Buffer
	if err := v.Encode(&b); err != nil {
		return nil
	}
	return b.Buf
}

func encodeEntities(list []tg.MessageEntityClass) []byte {
	if len(list) == 0 {
		return nil
	}
	var b bin.Buffer
	b.PutVectorHeader(len(list))
	for _, e := range list {
		if err := e.Encode(&b); err != nil {
			return nil
		}
	}
	return b.Buf
}

func decodeEntities(raw []byte) []tg.MessageEntityClass {
	return decodeList(raw, tg.DecodeMessageEntity)
}

func encodeAttributes(list []tg.DocumentAttributeClass) []byte {
	var b bin.Buffer
	b.PutVectorHeader(len(list))
	for _, a := range list {
		if err := a.Encode(&b); err != nil {
			return nil
		}
	}
	return b.Buf
}

func decodeAttributes(raw []byte) []tg.DocumentAttributeClass {
	return decodeList(raw, tg.DecodeDocumentAttribute)
}

func decodeList[T any](raw []byte, one func(*bin.Buffer) (T, error)) []T {
	if len(raw) == 0 {
		return nil
	}
	b := &bin.Buffer{Buf: raw}
	n, err := b.VectorHeader()
	if err != nil {
		return nil
	}
	list := make([]T, 0, n)
	for range n {
		v, err := one(b)
		if err != nil {
			return nil
		}
		list = append(list, v)
	}
	return list
}

func decodeMarkup(raw []byte) tg.ReplyMarkupClass {
	if len(raw) == 0 {
		return nil
	}
	m, err := tg.DecodeReplyMarkup(&bin.Buffer{Buf: raw})
	if err != nil {
		return nil
	}
	return m
}

func decodeTyping(raw []byte) tg.SendMessageActionClass {
	a, err := tg.DecodeSendMessageAction(&bin.Buffer{Buf: raw})
	if err != nil {
		return &tg.SendMessageCancelAction{}
	}
	return a
}
