package mtproto

import (
	"crypto/aes"
	"crypto/subtle"
	"encoding/binary"

	"github.com/gotd/ige"
	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/tg"
	"github.com/gotd/td/tgerr"
)

// bindKey answers auth.bindTempAuthKey. The client proves that it has both keys with a message encrypted under the permanent key. As at Telegram, this
// message uses MTProto 1.0.
func (s *Server) bindKey(sess *Session, req tg.AuthBindTempAuthKeyRequest) (bin.Encoder, error) {
	refused := tgerr.New(400, "ENCRYPTED_MESSAGE_INVALID")
	var permanent [8]byte
	binary.LittleEndian.PutUint64(permanent[:], uint64(req.PermAuthKeyID))
	key, ok := s.opts.Keys.get(permanent)
	if !ok {
		return nil, refused
	}
	inner, err := openBinding(key.Value, req.EncryptedMessage)
	if err != nil || inner.Nonce != req.Nonce || inner.TempAuthKeyID != sess.key.Value.IntID() || inner.PermAuthKeyID != req.PermAuthKeyID ||
		inner.TempSessionID != sess.ID || inner.ExpiresAt != req.ExpiresAt {
		return nil, refused
	}
	if err := s.opts.Keys.bind(sess.key.Value.ID, permanent); err != nil {
		return nil, refused
	}
	s.rebind(sess, permanent)
	return &tg.BoolTrue{}, nil
}

func openBinding(key crypto.AuthKey, message []byte) (crypto.BindAuthKeyInner, error) {
	var inner crypto.BindAuthKeyInner
	var envelope crypto.EncryptedMessage
	if err := envelope.Decode(&bin.Buffer{Buf: message}); err != nil {
		return inner, err
	}
	if envelope.AuthKeyID != key.ID || len(envelope.EncryptedData)%aes.BlockSize != 0 {
		return inner, errUnknownKey
	}
	aesKey, iv := crypto.KeysV1(key.Value, envelope.MsgKey)
	block, err := aes.NewCipher(aesKey[:])
	if err != nil {
		return inner, err
	}
	plain := make([]byte, len(envelope.EncryptedData))
	ige.DecryptBlocks(block, iv[:], plain, envelope.EncryptedData)
	b := &bin.Buffer{Buf: plain}
	const head = 16 + 8 + 4 + 4 // random, message id, sequence number, length
	if b.Len() < head {
		return inner, errUnknownKey
	}
	length := int(binary.LittleEndian.Uint32(plain[head-4:]))
	if length < 0 || head+length > len(plain) {
		return inner, errUnknownKey
	}
	want := crypto.MessageKeyV1(plain[:head+length])
	if subtle.ConstantTimeCompare(want[:], envelope.MsgKey[:]) != 1 {
		return inner, errUnknownKey
	}
	return inner, inner.Decode(&bin.Buffer{Buf: plain[head : head+length]})
}
