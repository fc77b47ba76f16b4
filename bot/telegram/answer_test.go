package telegram

import "github.com/gotd/td/bin"

// answerWith decodes an answer of Telegram as the connection does.
func answerWith(out bin.Decoder, answer bin.Encoder) error {
	var b bin.Buffer
	if err := answer.Encode(&b); err != nil {
		return err
	}
	return out.Decode(&b)
}
