package engines

import (
	"context"
	"encoding/binary"
	"io"
	"net"
	"net/url"
	"sync/atomic"

	"go.mongodb.org/mongo-driver/v2/bson"
)

// Quota stands in front of a MongoDB server and can let it be full: it answers writes as a free cluster over its quota does, without passing them on.
// Reads and deletes pass, as they do there.
type Quota struct {
	relay *relay
	full  atomic.Bool
	uri   url.URL
}

// OpenQuota starts a relay to the server of a connection string.
func OpenQuota(ctx context.Context, uri string) (*Quota, error) {
	u, err := url.Parse(uri)
	if err != nil {
		return nil, err
	}
	q := &Quota{uri: *u}
	if q.relay, err = newRelay(ctx, u.Host, q.forward); err != nil {
		return nil, err
	}
	q.uri.Host = q.relay.addr
	return q, nil
}

// URI returns the connection string of the relay.
func (q *Quota) URI() string { return q.uri.String() }

// SetFull lets the server be full, or have room again.
func (q *Quota) SetFull(on bool) { q.full.Store(on) }

// Close ends every connection.
func (q *Quota) Close() { q.relay.stop() }

const (
	messageHeader = 16
	opMsg         = 2013
	maxMessage    = 48_000_000
	overQuota     = 8000
)

// forward passes the client's messages to the server, or answers them. Both sides write whole messages, and a client sends none before it has its answer.
func (q *Quota) forward(client, server net.Conn) {
	defer client.Close() //nolint:errcheck // this also ends the other direction
	defer server.Close() //nolint:errcheck // see above
	var header [messageHeader]byte
	for {
		if _, err := io.ReadFull(client, header[:]); err != nil {
			return
		}
		length := binary.LittleEndian.Uint32(header[:4])
		if length < messageHeader || length > maxMessage {
			return
		}
		message := make([]byte, length)
		copy(message, header[:])
		if _, err := io.ReadFull(client, message[messageHeader:]); err != nil {
			return
		}
		to := server
		if q.full.Load() && isWrite(message) {
			to, message = client, refusal(message)
		}
		if _, err := to.Write(message); err != nil {
			return
		}
	}
}

// isWrite reports a command that needs room.
func isWrite(message []byte) bool {
	const flagsAndKind = 5
	if binary.LittleEndian.Uint32(message[12:16]) != opMsg || len(message) < messageHeader+flagsAndKind || message[messageHeader+4] != 0 {
		return false
	}
	first, err := bson.Raw(message[messageHeader+flagsAndKind:]).IndexErr(0)
	if err != nil {
		return false
	}
	switch first.Key() {
	case "insert", "update", "findAndModify":
		return true
	}
	return false
}

// refusal is the answer to a message.
func refusal(message []byte) []byte {
	body, err := bson.Marshal(bson.D{
		{Key: "ok", Value: 0.0}, {Key: "errmsg", Value: "you are over your space quota, using 513 MB of 512 MB"}, {Key: "code", Value: int32(overQuota)}, {Key: "codeName", Value: "AtlasError"},
	})
	if err != nil {
		panic(err) // constants
	}
	reply := make([]byte, messageHeader, messageHeader+5+len(body))
	copy(reply[8:12], message[4:8]) // responseTo is the request's id
	binary.LittleEndian.PutUint32(reply[12:], opMsg)
	reply = append(append(reply, 0, 0, 0, 0, 0), body...)
	binary.LittleEndian.PutUint32(reply[:4], uint32(len(reply)))
	return reply
}
