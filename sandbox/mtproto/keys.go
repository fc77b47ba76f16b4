package mtproto

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"sync"

	"github.com/gotd/td/crypto"
)

// Key is an auth key with its server salt.
type Key struct {
	Value crypto.AuthKey
	Salt  int64
	// Permanent is the key to which a temporary key was bound, zero for other keys.
	Permanent [8]byte
}

// Keys is the set of auth keys that the server knows. Saving it keeps clients signed in over a restart.
type Keys struct {
	mu         sync.RWMutex
	byID       map[[8]byte]Key
	duplicated map[[8]byte]bool // permanent keys that two hosts used at once
}

// NewKeys returns an empty set.
func NewKeys() *Keys { return &Keys{byID: map[[8]byte]Key{}, duplicated: map[[8]byte]bool{}} }

// All returns every key, for saving.
func (k *Keys) All() []Key {
	k.mu.RLock()
	defer k.mu.RUnlock()
	all := make([]Key, 0, len(k.byID))
	for _, key := range k.byID {
		all = append(all, key)
	}
	return all
}

// Put adds or replaces a key.
func (k *Keys) Put(key Key) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.byID[key.Value.ID] = key
}

// Issue makes a key without a key exchange.
func (k *Keys) Issue() Key {
	var value crypto.Key
	_, _ = rand.Read(value[:]) // never fails
	var salt [8]byte
	_, _ = rand.Read(salt[:])
	key := Key{Value: value.WithID(), Salt: int64(binary.LittleEndian.Uint64(salt[:]))}
	k.Put(key)
	return key
}

func (k *Keys) get(id [8]byte) (Key, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	key, ok := k.byID[id]
	return key, ok
}

// bind binds a temporary key to a permanent one.
func (k *Keys) bind(temporary, permanent [8]byte) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	key, ok := k.byID[temporary]
	if _, known := k.byID[permanent]; !ok || !known {
		return fmt.Errorf("bind key: %w", errUnknownKey)
	}
	key.Permanent = permanent
	k.byID[temporary] = key
	return nil
}

// speaksFor returns the permanent key, to which the account belongs.
func (k Key) speaksFor() [8]byte {
	if k.Permanent != ([8]byte{}) {
		return k.Permanent
	}
	return k.Value.ID
}
