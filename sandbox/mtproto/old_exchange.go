package mtproto

import (
	"crypto/rsa"
	"fmt"

	"github.com/gotd/td/bin"
	"github.com/gotd/td/crypto"
	"github.com/gotd/td/mt"
	"github.com/gotd/td/proto"
)

// modernize rewrites a req_DH_params of older clients, such as Telethon. They encrypt p_q_inner_data and its SHA-1 with plain RSA. Telegram accepts this and
// RSA_PAD; gotd's exchange accepts only RSA_PAD. modernize returns other frames unchanged.
func modernize(frame []byte, key *rsa.PrivateKey) ([]byte, error) {
	var message proto.UnencryptedMessage
	var request mt.ReqDHParamsRequest
	if message.Decode(&bin.Buffer{Buf: frame}) != nil || request.Decode(&bin.Buffer{Buf: message.MessageData}) != nil {
		return frame, nil //nolint:nilerr // not such a request
	}
	if _, err := crypto.DecodeRSAPad(request.EncryptedData, key); err == nil {
		return frame, nil
	}
	inner, err := crypto.RSADecryptHashed(request.EncryptedData, key)
	if err != nil {
		return frame, nil //nolint:nilerr // the exchange refuses it
	}
	if request.EncryptedData, err = crypto.RSAPad(inner, &key.PublicKey, crypto.DefaultRand()); err != nil {
		return nil, fmt.Errorf("older key exchange: %w", err)
	}
	return reencode(message, &request)
}
