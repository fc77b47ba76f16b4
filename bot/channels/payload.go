package channels

import (
	"pavilion/bot/chat"
	"pavilion/filter"
)

func encodeChannelTap(verb string, id filter.ChannelID) string {
	return verb + ":" + chat.Base36(int64(id))
}

func parseChannelTap(payload string) (verb string, id filter.ChannelID, err error) {
	f := chat.ParseFields(payload)
	verb, id = f.Next(), filter.ChannelID(f.Number())
	if !f.Done() {
		return "", 0, chat.ErrButton
	}
	return verb, id, nil
}

// encodePastTap names a channel and the last message of its past to read.
func encodePastTap(id filter.ChannelID, to filter.MessageID) string {
	return chat.Base36(int64(id)) + ":" + chat.Base36(int64(to))
}

func parsePastTap(payload string) (id filter.ChannelID, to filter.MessageID, err error) {
	f := chat.ParseFields(payload)
	id, to = filter.ChannelID(f.Number()), filter.MessageID(f.Number())
	if !f.Done() {
		return 0, 0, chat.ErrButton
	}
	return id, to, nil
}
