package mtproto

import (
	"fmt"
	"math/big"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
)

// easyPQ is the number that clients have to factor: 65,537 times 1,073,741,789. Both factors of Telegram's numbers have 31 or 32 bits. gotd needs
// seconds for such a number under the race detector. Telethon reads the number with a sign, so the first of its bits is not set.
const easyPQ = 65_537 * 1_073_741_789

// ease gives a resPQ of the exchange a number that is easy to factor. It returns other frames unchanged.
func ease(frame []byte) ([]byte, error) {
	var message proto.UnencryptedMessage
	var challenge mt.ResPQ
	if message.Decode(&bin.Buffer{Buf: frame}) != nil || challenge.Decode(&bin.Buffer{Buf: message.MessageData}) != nil {
		return frame, nil //nolint:nilerr // not such an answer
	}
	challenge.Pq = big.NewInt(easyPQ).Bytes()
	return reencode(message, &challenge)
}

// reencode returns a frame whose message has other contents.
func reencode(message proto.UnencryptedMessage, contents bin.Encoder) ([]byte, error) {
	var b bin.Buffer
	if err := contents.Encode(&b); err != nil {
		return nil, fmt.Errorf("key exchange: %w", err)
	}
	message.MessageData = b.Copy()
	b.Reset()
	if err := message.Encode(&b); err != nil {
		return nil, fmt.Errorf("key exchange: %w", err)
	}
	return b.Buf, nil
}
