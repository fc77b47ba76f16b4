package delivery

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"time"

	"pavilion/filter"
	"pavilion/internal/fault"
	"pavilion/internal/secret"
)

// Errors of links.
var (
	// ErrLinkInvalid reports a link that these keys did not sign.
	ErrLinkInvalid = fault.New(fault.Invalid, "link_invalid")
	// ErrLinkExpired reports a link whose end has come.
	ErrLinkExpired = fault.New(fault.Gone, "link_expired")
	// ErrLinkRevoked reports a link that its maker or an admin revoked, or whose row is deleted.
	ErrLinkRevoked = fault.New(fault.Gone, "link_revoked")
	// ErrLinkUsedUp reports a link that as many people have opened as it allows.
	ErrLinkUsedUp = fault.New(fault.Gone, "link_used_up")
	// ErrLinkPremium reports a link that is for premium members.
	ErrLinkPremium = fault.New(fault.Forbidden, "link_premium")
	// ErrLinkChannelGone reports a link to posts of a channel that is not indexed any more.
	ErrLinkChannelGone = fault.New(fault.Gone, "link_channel_gone")
	// ErrLinkRange reports a range of posts that is too long, or whose ends are in different channels.
	ErrLinkRange = fault.New(fault.Invalid, "link_range")
)

// LinkKind says what the body of a link holds. The number is part of every link, so it keeps its meaning.
type LinkKind byte

// The kinds of links.
const (
	LinkFile  LinkKind = 1 // a document
	LinkBatch LinkKind = 2 // a range of a channel's messages
	LinkRow   LinkKind = 3 // the id of a stored link
)

// MaxRange is the largest number of messages in a range.
const MaxRange = 1000

// LinkID is the id of a stored link.
type LinkID int64

// Link is what a payload of /start carries.
type Link struct {
	Kind        LinkKind
	Document    filter.DocumentID // of LinkFile
	Channel     filter.ChannelID  // of LinkBatch
	First, Last filter.MessageID  // of LinkBatch
	Row         LinkID            // of LinkRow
	Protect     bool              // the files are sent under protection; a row has its own setting
	Expires     time.Time         // zero: never; a row has its own end
}

const (
	headBytes   = 1  // the kind and the key's number
	expiryBytes = 4  // Unix seconds; 0 means never
	macBytes    = 10 // of an HMAC-SHA256
	keyBits     = 5  // of the first byte; the kind has the others
	maxChannel  = 1<<40 - 1

	flagProtect = 1
)

// bodyBytes is the length of a kind's body, 0 for an unknown kind.
func bodyBytes(k LinkKind) int {
	switch k {
	case LinkFile:
		return 8 + 1
	case LinkBatch:
		return 5 + 4 + 4 + 1
	case LinkRow:
		return 8
	}
	return 0
}

// linkKey is a signing key. Its number is part of each link, so that a reader knows which key to check with.
type linkKey struct {
	number byte
	key    []byte
}

// Keys sign and check links.
type Keys struct{ list []linkKey }

// NewKeys derives the keys. The first secret signs; links of all of them are valid.
func NewKeys(secrets []secret.String) (Keys, error) {
	var k Keys
	for _, s := range secrets {
		derived, err := hkdf.Key(sha256.New, []byte(s.Reveal()), nil, "pavilion link v1", sha256.Size+1)
		if err != nil {
			return Keys{}, fmt.Errorf("link keys: %w", err)
		}
		k.list = append(k.list, linkKey{number: derived[sha256.Size] & (1<<keyBits - 1), key: derived[:sha256.Size]})
	}
	return k, nil
}

func (k linkKey) mac(data []byte) []byte {
	h := hmac.New(sha256.New, k.key)
	h.Write(data)
	return h.Sum(nil)[:macBytes]
}

// Sign writes a link as a payload of /start.
func (k Keys) Sign(l Link) string {
	signer := k.list[0]
	data := append(make([]byte, 0, headBytes+bodyBytes(l.Kind)+expiryBytes+macBytes), byte(l.Kind)<<keyBits|signer.number)
	var flags byte
	if l.Protect {
		flags |= flagProtect
	}
	switch l.Kind {
	case LinkFile:
		data = append(binary.BigEndian.AppendUint64(data, uint64(l.Document)), flags) //nolint:gosec // any 64 bits
	case LinkBatch:
		channel := binary.BigEndian.AppendUint64(nil, uint64(l.Channel)) //nolint:gosec // positive
		data = append(data, channel[3:]...)
		data = binary.BigEndian.AppendUint32(data, uint32(l.First))               //nolint:gosec // a message id has 31 bits
		data = append(binary.BigEndian.AppendUint32(data, uint32(l.Last)), flags) //nolint:gosec // a message id has 31 bits
	case LinkRow:
		data = binary.BigEndian.AppendUint64(data, uint64(l.Row)) //nolint:gosec // positive
	}
	var expiry uint32
	if !l.Expires.IsZero() {
		expiry = uint32(l.Expires.Unix()) //nolint:gosec // until the year 2106
	}
	data = binary.BigEndian.AppendUint32(data, expiry)
	return base64.RawURLEncoding.EncodeToString(append(data, signer.mac(data)...))
}

// IsLink tells whether a payload of /start has the length of a link. Parse tells whether it is valid.
func IsLink(payload string) bool {
	for _, kind := range []LinkKind{LinkFile, LinkBatch, LinkRow} {
		if len(payload) == base64.RawURLEncoding.EncodedLen(headBytes+bodyBytes(kind)+expiryBytes+macBytes) {
			return true
		}
	}
	return false
}

// Parse reads a payload. It returns ErrLinkInvalid unless one of the keys signed it, after the same work for every wrong signature, and ErrLinkExpired
// for a signed link whose end is before now.
func (k Keys) Parse(payload string, now time.Time) (Link, error) {
	data, err := base64.RawURLEncoding.Strict().DecodeString(payload)
	if err != nil || !IsLink(payload) {
		return Link{}, ErrLinkInvalid
	}
	signed, mac := data[:len(data)-macBytes], data[len(data)-macBytes:]
	valid := false
	for _, key := range k.list {
		equal := hmac.Equal(key.mac(signed), mac)
		valid = valid || equal && key.number == data[0]&(1<<keyBits-1)
	}
	l := Link{Kind: LinkKind(data[0] >> keyBits)}
	body := signed[headBytes : len(signed)-expiryBytes]
	if !valid || len(body) != bodyBytes(l.Kind) {
		return Link{}, ErrLinkInvalid
	}
	switch l.Kind {
	case LinkFile:
		l.Document, l.Protect = filter.DocumentID(binary.BigEndian.Uint64(body)), body[8]&flagProtect != 0 //nolint:gosec // any 64 bits
	case LinkBatch:
		l.Channel = filter.ChannelID(binary.BigEndian.Uint64(append(make([]byte, 3, 8), body[:5]...))) //nolint:gosec // 40 bits
		l.First, l.Last = filter.MessageID(binary.BigEndian.Uint32(body[5:])), filter.MessageID(binary.BigEndian.Uint32(body[9:]))
		l.Protect = body[13]&flagProtect != 0
	case LinkRow:
		l.Row = LinkID(binary.BigEndian.Uint64(body)) //nolint:gosec // signed by us
	}
	if expiry := binary.BigEndian.Uint32(signed[len(signed)-expiryBytes:]); expiry != 0 {
		l.Expires = time.Unix(int64(expiry), 0).UTC()
		if !now.Before(l.Expires) {
			return Link{}, ErrLinkExpired
		}
	}
	return l, nil
}

// NewRange makes the link of a range of messages. The ends may come in any order.
func NewRange(from, to filter.Place) (Link, error) {
	if from.Message > to.Message {
		from, to = to, from
	}
	if from.Channel != to.Channel || from.Channel <= 0 || from.Channel > maxChannel || from.Message <= 0 || to.Message > math.MaxInt32 || to.Message-from.Message >= MaxRange {
		return Link{}, ErrLinkRange
	}
	return Link{Kind: LinkBatch, Channel: from.Channel, First: from.Message, Last: to.Message}, nil
}
